import { describe, expect, test } from 'vitest'
import { addCredentials, isHostPattern, isUrlAllowed } from './http-credentials.ts'

describe('allowed hosts', () => {
  test.each([
    ['https://api.example.com/a?b', ['api.example.com'], true],
    ['https://api.example.com./a', ['api.example.com'], true],
    ['https://api.example.com:443/', ['api.example.com'], true],
    ['https://api.example.com:8443/', ['api.example.com'], false],
    ['https://api.example.com:8443/', ['other.example', 'api.example.com:8443'], true],
    ['http://api.example.com/', ['api.example.com'], false],
    ['https://api.example.com.attacker.example/', ['api.example.com'], false],
    ['https://attacker.example/?api.example.com', ['api.example.com'], false],
    ['https://example.com/', ['*.example.com'], false],
    ['https://a.b.example.com/', ['*.example.com'], true],
    ['https://notexample.com/', ['*.example.com'], false],
    ['http://localhost:8080/', ['http://localhost:8080'], true],
    ['http://localhost/', ['http://localhost'], true],
    ['https://localhost/', ['http://localhost'], false],
    ['http://[::1]:8080/', ['http://[::1]:8080'], true],
    ['https://api.example.com/', ['no host!'], false],
    ['https://api.example.com/', [], false],
  ])('%s with %j: %s', (url, hosts, isAllowed) => {
    expect(isUrlAllowed(new URL(url), hosts)).toBe(isAllowed)
  })

  test('are host names with a port and a wildcard at most', () => {
    expect(['a.example', '*.a.example', 'a.example:8443', 'http://localhost:3000'].every(isHostPattern)).toBe(true)
    for (const no of [
      '',
      '*',
      'https://a',
      'a/b',
      'A.example',
      '*.com',
      'http://*.com:8080',
      'a.example:22',
      'a.example:99999',
      `${'a.'.repeat(160)}a`,
    ]) {
      expect([no, isHostPattern(no)]).toEqual([no, false])
    }
  })
})

describe('addCredentials', () => {
  const allowedHosts = ['api.example.com']

  test('adds headers and query parameters, and keeps a URL as it was written without any', () => {
    const url = new URL('https://api.example.com/a?x=1&key=mine')
    const headers = new Map([['authorization', 'mine']])
    const both = addCredentials(url, headers, { headers: { authorization: 'k' }, query: { key: 'a b' }, allowedHosts })
    expect(both.url.href).toBe('https://api.example.com/a?x=1&key=a+b')
    expect([...both.headers]).toEqual([['authorization', 'k']])
    expect(url.href).toBe('https://api.example.com/a?x=1&key=mine')
    expect(addCredentials(url, headers, { headers: {}, query: {}, allowedHosts }).url).toBe(url)
  })

  test('refuses another host', () => {
    const url = new URL('https://user.example.com/secret/path?token=t')
    expect(() => addCredentials(url, new Map(), { headers: {}, query: {}, allowedHosts })).toThrow(
      expect.objectContaining({
        code: 'CONNECTION_HOST_REFUSED',
        message: 'The connection is not allowed for https://user.example.com',
      }),
    )
  })
})
