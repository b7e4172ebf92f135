import { describe, expect, test } from 'vitest'
import type { TenonError } from '../../errors/index.ts'
import { parseTemplate } from '../../expression/parse.ts'
import type { Json } from '../../json.ts'
import { evaluateValue } from '../evaluate-value.ts'
import { createPlainScope } from '../scope.ts'
import { checkTemplateSink, valuesNeededBy } from './index.ts'
import type { SinkName } from './sink.ts'

const vars = { desk: 'https://desk.test', api: 'https://api.test/v1?key=k', host: 'shop' }

function write(sink: SinkName, template: string, input: Json): Json {
  const scope = createPlainScope({ input, vars })
  return (evaluateValue({ param: template }, scope, { sinkOf: () => sink }) as { param: Json }).param
}

function faultOf(sink: SinkName, template: string, input: Json = {}): TenonError {
  try {
    write(sink, template, input)
  } catch (error) {
    return error as TenonError
  }
  throw new Error('It was written')
}

const messagesOf = (sink: SinkName, template: string) =>
  checkTemplateSink(sink, template, () => undefined).map(({ message }) => message)

describe('url', () => {
  test.each<[template: string, n: Json, url: string]>([
    ['https://shop.test/orders/{{input.n}}/lines', '7', 'https://shop.test/orders/7/lines'],
    [
      'https://shop.test/orders/{{input.n}}/lines',
      '../../keys?all=1#',
      'https://shop.test/orders/..%2F..%2Fkeys%3Fall%3D1%23/lines',
    ],
    ['https://shop.test/orders/{{input.n}}/lines', 'a\\..\\b', 'https://shop.test/orders/a%5C..%5Cb/lines'],
    ['https://shop.test/orders/{{input.n}}', '%2e%2e', 'https://shop.test/orders/%252e%252e'],
    ['https://shop.test/orders/{{input.n}}', 'a b\r\nc', 'https://shop.test/orders/a%20b%0D%0Ac'],
    ['https://shop.test/orders/{{input.n}}', 'ü😀', 'https://shop.test/orders/%C3%BC%F0%9F%98%80'],
    ['https://shop.test/v{{input.n}}.json', '..', 'https://shop.test/v...json'],
    ['https://shop.test/{{input.n}}', 12, 'https://shop.test/12'],
    ['https://shop.test/{{input.n}}', false, 'https://shop.test/false'],
    ['https://shop.test/{{input.n}}', ['a'], 'https://shop.test/%5B%22a%22%5D'],
    ['https://shop.test/a?name={{input.n}}', 'a&role=owner', 'https://shop.test/a?name=a%26role%3Downer'],
    ['https://shop.test/a?name={{input.n}}', 'a#b', 'https://shop.test/a?name=a%23b'],
    ['https://shop.test/a?name={{input.n}}', 'a+b', 'https://shop.test/a?name=a%2Bb'],
    ['https://shop.test/a?name={{input.n}}', null, 'https://shop.test/a?name='],
    ['https://shop.test/a?name={{input.n}}', '', 'https://shop.test/a?name='],
    ['https://shop.test/a?name={{input.n}}', '..', 'https://shop.test/a?name=..'],
    ['https://shop.test?{{input.n}}=1', 'a=b&c', 'https://shop.test?a%3Db%26c=1'],
    ['https://shop.test#{{input.n}}', 'a b', 'https://shop.test#a%20b'],
    ['https://shop.test/a?x=1#{{input.n}}?', '?', 'https://shop.test/a?x=1#%3F?'],
    ['https://shop.test/{{urlEncode(input.n)}}', 'a/b', 'https://shop.test/a%2Fb'],
    ['https://shop.test/{{upper(input.n)}}', 'a/b', 'https://shop.test/A%2FB'],
    ['{{input.n}}', 'https://other.test/a?b=c d', 'https://other.test/a?b=c d'],
    [' {{input.n}}\n', 'https://other.test/', 'https://other.test/'],
    ['{{input.n}}', 7, 7 as never],
    ['{{vars.desk}}/orders/{{input.n}}', 'a/b', 'https://desk.test/orders/a%2Fb'],
    ['{{vars.api}}&q={{input.n}}', 'a&b', 'https://api.test/v1?key=k&q=a%26b'],
    ['https://{{vars.host}}.test:8443/{{input.n}}', 'a', 'https://shop.test:8443/a'],
    ['HTTP://shop.test/{{input.n}}', 'a', 'HTTP://shop.test/a'],
    ['https://shop.test/a%2f{{input.n}}', 'b', 'https://shop.test/a%2fb'],
  ])('%s with %j is %s', (template, n, url) => {
    expect(write('url', template, { n })).toBe(url)
  })

  test.each([
    ['https://shop.test/orders/{{input.n}}/lines', '..'],
    ['https://shop.test/orders/{{input.n}}', '.'],
    ['https://shop.test/orders/{{input.n}}', ''],
    ['https://shop.test/orders/{{input.n}}?a=1', null],
    ['https://shop.test/orders/.{{input.n}}/x', '.'],
    ['https://shop.test/orders/%2E{{input.n}}/x', '.'],
    ['https://shop.test/orders\\{{input.n}}\\x', '..'],
    ['https://shop.test/orders/{{input.n}}{{input.n}}', '.'],
    ['https://shop.test/orders/{{input.n}}', '\ud800'],
  ])('%s refuses the value %j', (template, n) => {
    expect(faultOf('url', template, { n })).toMatchObject({
      code: 'TEMPLATE_VALUE_INVALID',
      retryable: false,
      details: { param: ['param'], position: expect.any(Number) },
    })
  })

  test.each<[template: string, n: Json, message: string]>([
    ['https://shop.test/{{input.n}}', null, '"param": the value of input.n is empty or null, but a segment'],
    ['https://shop.test/{{input?.n}}/a', '..', '"param": the value of input?.n makes a segment "..", but a segment'],
    ['https://shop.test/{{lower(input.n)}}', '', '"param": a value is empty or null, but a segment'],
  ])('a refused segment of %s with %j is named', (template, n, message) => {
    expect(faultOf('url', template, { n }).message).toContain(message)
  })

  test('variables that are the whole base need no path', () => {
    expect(write('url', 'https://{{vars.host}}', {})).toBe('https://shop')
  })

  test.each([
    ['https://{{input.region}}.shop.test/', 'Scheme, host and port'],
    ['https://shop.test{{input.region}}', 'Scheme, host and port'],
    ['https://shop.test:{{input.region}}/', 'Scheme, host and port'],
    ['https://a@{{input.region}}/', 'Scheme, host and port'],
    ['https:/{{input.region}}/', 'Scheme, host and port'],
    ['https://shop.test\\{{input.region}}', 'Scheme, host and port'],
    ['{{input.region}}/a', 'Scheme, host and port'],
    ['{{vars.desk}}{{input.region}}', undefined],
    ['{{uuid()}}/a', 'Scheme, host and port'],
    ['/orders/{{input.region}}', 'Scheme, host and port'],
    ['javascript:alert({{input.region}})', 'Scheme, host and port'],
    ['https://shop.test/a%{{input.region}}', 'unfinished % escape'],
    ['https://shop.test/a%2{{input.region}}', 'unfinished % escape'],
    ['https://shop.test/a\n/{{input.region}}', 'cannot contain tabs or line breaks'],
    ['orders', 'not a full http or https URL'],
    ['ftp://shop.test/', 'not a full http or https URL'],
    ['javascript:alert(1)', 'not a full http or https URL'],
    ['https://shop.test:25/', 'Port 25 is blocked for requests'],
    ['http://shop.test:0/{{input.n}}', 'Port 0 is blocked for requests'],
    ['https://user:word@shop.test/', 'must not hold a user name or a password'],
    ['https://', 'not a full http or https URL'],
    ['https://shop.test:99999/', 'not a full http or https URL'],
    ['https://shop.test/a b', undefined],
    ['https://shop.test', undefined],
    ['{{input.region}}', undefined],
  ])('the text of %s: %s', (template, message) => {
    const found = messagesOf('url', template)
    if (message === undefined) expect(found).toEqual([])
    else expect(found).toEqual([expect.stringContaining(message)])
  })

  test('faults of the text stop the run as well, with their position', () => {
    const fault = faultOf('url', 'https://{{input.n}}.shop.test/', { n: 'evil.test/#' })
    expect(fault).toMatchObject({ code: 'TEMPLATE_INVALID', details: { param: ['param'], position: 8, end: 19 } })
    expect(faultOf('url', '{{vars.desk}}{{input.n}}/x', { n: '.evil.test' }).code).toBe('TEMPLATE_INVALID')
    expect(faultOf('url', '{{vars.host}}/{{input.n}}', { n: 'a' }).code).toBe('TEMPLATE_INVALID')
  })

  test('a variable that is known is checked as a part of the text', () => {
    const check = (value: Json | undefined) => checkTemplateSink('url', '{{vars.desk}}/a', () => value)
    expect(check('https://desk.test')).toEqual([])
    expect(check(undefined)).toEqual([])
    expect(check('desk.test')).toHaveLength(1)
  })

  test('what an expression lacks is its own fault', () => {
    expect(faultOf('url', 'https://shop.test/{{urlEncode()}}').code).toBe('EXPRESSION_ARGUMENTS')
    expect(faultOf('url', 'https://shop.test/{{input.absent}}').code).toBe('EXPRESSION_PATH_MISSING')
  })
})

describe('json', () => {
  test.each<[template: string, n: Json, value: Json]>([
    ['{"role":"user","name":"{{input.n}}"}', 'x","role":"admin', { role: 'user', name: 'x","role":"admin' }],
    ['{"name":"{{input.n}}"}', 'a\nb\t\\"\u0000\u2028', { name: 'a\nb\t\\"\u0000\u2028' }],
    ['{"name":"Dear {{input.n}}, hello"}', 'Ada', { name: 'Dear Ada, hello' }],
    ['{"name":"{{input.n}}"}', 7, { name: '7' }],
    ['{"name":"{{input.n}}"}', null, { name: '' }],
    ['{"name":"{{input.n}}"}', { a: '"' }, { name: '{"a":"\\""}' }],
    ['{"name":{{input.n}}}', '1,"role":"admin"', { name: '1,"role":"admin"' }],
    ['{"name":{{input.n}}}', '123', { name: '123' }],
    ['{"name":{{input.n}}}', 123, { name: 123 }],
    ['{"name":{{input.n}}}', null, { name: null }],
    ['{"name":{{input.n}}}', [1, { a: '"' }], { name: [1, { a: '"' }] }],
    ['{"name":{{toJson(input.n)}}}', 'x', { name: 'x' }],
    ['{"name":{{toJson(input.n, 2)}}}', [1], { name: [1] }],
    ['[{{input.n}}, "{{input.n}}"]', true, [true, 'true']],
    [' {{input.n}} ', { a: 1 }, { a: 1 }],
    ['"{{input.n}}"', 'a"b', 'a"b'],
    ['{"a\\"{{input.n}}":1}', 'k', { 'a"k': 1 }],
    ['{"{{input.n}}":"{{input.n}}","b":2}', 'k"', { 'k"': 'k"', b: 2 }],
    ['{"\ue000":"{{input.n}}"}', 'x', { '\ue000': 'x' }],
  ])('%s with %j', (template, n, value) => {
    const text = write('json', template, { n })
    expect(JSON.parse(text as string)).toEqual(value)
  })

  test('keeps what the author wrote, numbers and white space too', () => {
    expect(write('json', '{ "id": 7615917337495251231, "n": {{input.n}}\n}', { n: 1.5 })).toBe(
      '{ "id": 7615917337495251231, "n": 1.5\n}',
    )
  })

  test.each<[template: string, n: Json, value: Json]>([
    ['{{input.n}}', '123', '"123"'],
    ['{{input.n}}', 'hello', '"hello"'],
    ['{{input.n}}', 123, 123],
    ['{{input}}', { a: 1 }, { n: { a: 1 } }],
    ['{{input.n}}', null, null],
    ['{{toJson(input.n)}}', { a: 1 }, { a: 1 }],
    ['{{toJson(input.n)}}', 'hello', '"hello"'],
  ])('%s alone with %j keeps its type: %j', (template, n, value) => {
    expect(write('json', template, { n })).toEqual(value)
  })

  test.each([
    ['{"name": }', 'is not JSON'],
    ['{"name": {{input.n}}', 'is not JSON'],
    ['{"name": {{input.n}}{{input.n}}}', 'is not JSON'],
    ['{"name": -{{input.n}}}', 'is not JSON'],
    ['{"name": "\\{{input.n}}"}', 'is not JSON'],
    ['{"name": "\\u00{{input.n}}"}', 'is not JSON'],
    ['{"name": "{{input.n}}}', 'is not JSON'],
    ['hello {{input.n}}', 'is not JSON'],
    ['hello', 'is not JSON'],
    ['{ {{input.n}}: 1 }', 'double quotes'],
    ['{{input.n}}', undefined],
    ['{"a": {{input.n}}}', undefined],
    ['{"a": 1}', undefined],
  ])('the text of %s: %s', (template, message) => {
    const found = messagesOf('json', template)
    if (message === undefined) expect(found).toEqual([])
    else expect(found).toEqual([expect.stringContaining(message)])
  })

  test('faults of the text stop the run as well', () => {
    expect(faultOf('json', '{"a": {{input.n}}, }', { n: 1 })).toMatchObject({ code: 'TEMPLATE_INVALID' })
  })

  test.each([
    ['{"role":"user","{{input.n}}":1}', 'role'],
    ['{"{{input.n}}":1,"{{input.n}}":2}', 'a'],
    ['{"a":{"role":1,"ro{{input.n}}":1}}', 'le'],
    ['{"{{input.n}}":1}', '__proto__'],
  ])('%s: the value %j cannot take the name of a field', (template, n) => {
    expect(faultOf('json', template, { n })).toMatchObject({ code: 'TEMPLATE_VALUE_INVALID' })
  })
})

describe('header and query', () => {
  test.each<[template: string, n: Json, value: Json]>([
    ['Bearer {{input.n}}', 'abc', 'Bearer abc'],
    ['{{input.n}}', 7, 7],
    ['{{input.n}}', true, true],
    ['{{input.n}}', 'Grüße', 'Grüße'],
    ['a{{input.n}}', null, 'a'],
  ])('header %s with %j is %j', (template, n, value) => expect(write('header', template, { n })).toBe(value))

  test.each<[template: string, n: Json, message: string]>([
    ['a {{input.n}}', 'b\r\nX-Admin: 1', '"param": A header cannot hold line breaks'],
    ['{{input.n}}', 'b\nc', '"param": A header cannot hold line breaks'],
    ['{{input.n}}', 'b\0c', '"param": A header cannot hold line breaks'],
    ['{{input.n}}', '漢', 'Latin-1'],
    ['{{input.n}}', null, 'The header "param" is null'],
    ['{{input.n}}', [1], 'The header "param" is a list'],
    ['{{input.n}}', {}, 'The header "param" is an object'],
  ])('header %s with %j is refused', (template, n, message) => {
    const fault = faultOf('header', template, { n })
    expect(fault.code).toBe('TEMPLATE_VALUE_INVALID')
    expect(fault.message).toContain(message)
  })

  test('the text of a header is checked', () => {
    expect(messagesOf('header', 'a\r\nb: c')).toEqual(['A header cannot hold line breaks or NUL'])
    expect(messagesOf('header', 'Bearer {{input.n}}')).toEqual([])
  })

  test('query values keep their type; null is refused by name', () => {
    expect(write('query', '{{input.n}}', { n: ['a', 'b'] })).toEqual(['a', 'b'])
    expect(write('query', 'a&{{input.n}}', { n: '=' })).toBe('a&=')
    expect(faultOf('query', '{{input.n}}', { n: null }).message).toContain('The query parameter "param" is null')
    expect(messagesOf('query', '{{input.n}}')).toEqual([])
  })
})

describe('html', () => {
  test.each<[template: string, n: Json, html: string]>([
    [
      '<p title="{{input.n}}">{{input.n}}</p>',
      `<b>"&'`,
      '<p title="&lt;b&gt;&quot;&amp;&#39;">&lt;b&gt;&quot;&amp;&#39;</p>',
    ],
    ['{{input.n}}', '<script>', '&lt;script&gt;'],
    ['<p>{{input.n}}</p>', null, '<p></p>'],
    ['<p>{{input.n}}</p>', ['<'], '<p>[&quot;&lt;&quot;]</p>'],
  ])('%s with %j', (template, n, html) => {
    expect(write('html', template, { n })).toBe(html)
    expect(valuesNeededBy('html', parseTemplate(template), () => undefined)).toEqual([])
    expect(messagesOf('html', template)).toEqual([])
  })
})

describe('addresses', () => {
  const spam = 'ada@example.com, eve@example.com, "x" <eve@example.com>'
  test.each<[template: string, n: Json, addresses: Json]>([
    ['{{input.n}}', spam, [spam]],
    ['{{input.n}}', ['a@example.com', 'b@example.com'], ['a@example.com', 'b@example.com']],
    ['{{input.n}}', '', ''],
    ['{{input.n}}', null, null],
    ['desk@acme.example, {{input.n}},', spam, ['desk@acme.example', spam]],
    ['"Desk, {{input.n}}" <a@acme.example>, b@acme.example', '",', ['"Desk, "," <a@acme.example>', 'b@acme.example']],
    ['{{input.n}}, {{input.n}}', null, []],
  ])('%s with %j', (template, n, addresses) => {
    expect(write('addresses', template, { n })).toEqual(addresses)
    expect(valuesNeededBy('addresses', parseTemplate(template), () => undefined)).toEqual([])
    expect(messagesOf('addresses', template)).toEqual([])
  })
})
