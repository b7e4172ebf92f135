import { expect, test } from 'vitest'
import { ANSWER_TIME } from './answer-time.ts'
import { formParams } from './form-params.ts'
import { webhookParams } from './trigger-params.ts'

test.each([
  ['5m', true],
  ['1d', true],
  ['24h', true],
  ['25h', false],
  ['2d', false],
  ['soon', false],
])('a webhook with the tolerance %j is accepted: %j', (tolerance, isAccepted) => {
  expect(webhookParams.safeParse({ tolerance }).success).toBe(isAccepted)
})

test('a caller waits for at most two minutes', () => {
  const taken = ['1ms', '99999ms', '119999ms', '120000ms', '1s', '99s', '119s', '120s', '1m', '2m']
  const refused = ['0s', '0ms', '120001ms', '130000ms', '121s', '200s', '3m', '1h', '1.5s', '-1s', ' 1s', '']
  expect([...taken, ...refused].filter((text) => ANSWER_TIME.test(text))).toEqual(taken)
})

test('a form leads to pages with https only', () => {
  const taken = ['', 'https://acme.example', 'https://acme.example/thanks?a=1#b', 'https://acme.example:8443/x']
  const refused = [
    ...['http://acme.example', 'javascript:alert(1)', '//acme.example', 'https://', 'https://ada:pw@acme.example'],
    ...['https://acme.example/a b', 'https://acme.example\\@evil.example', 'https:///x'],
  ]
  const accepts = (redirectUrl: string) => formParams.safeParse({ redirectUrl }).success
  expect([...taken, ...refused].filter(accepts)).toEqual(taken)
})
