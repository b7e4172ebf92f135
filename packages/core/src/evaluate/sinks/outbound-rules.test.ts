import { expect, test } from 'vitest'
import { isHeaderName, isPortAllowed, isReservedHeader } from './outbound-rules.ts'

test.each(['0', '22', '25', '465', '587', '6000', '10080'])('no request goes to port %s', (port) => {
  expect(isPortAllowed(port)).toBe(false)
})
test.each(['', '80', '443', '8080', '3000', '65535'])('requests go to port "%s"', (port) => {
  expect(isPortAllowed(port)).toBe(true)
})
test.each(['Host', 'TRANSFER-ENCODING', 'content-length', 'Connection'])('%s is for the connection to set', (name) => {
  expect(isReservedHeader(name)).toBe(true)
})
test('other headers are for requests to set', () => {
  expect(isReservedHeader('Authorization')).toBe(false)
})
test.each(['', 'a b', 'a:b', 'a\r\nb', 'ä', 'a\0'])('%j is no name of a header', (name) => {
  expect(isHeaderName(name)).toBe(false)
})
test('names of headers have letters, digits and marks', () => {
  expect(isHeaderName("X-Api_Key.1!#$%&'*+^`|~")).toBe(true)
})
