import { describe, expect, test } from 'vitest'
import { createEgressRules } from './egress-rules.ts'

describe('createEgressRules without lists', () => {
  const rules = createEgressRules([], [])

  test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1', '::ffff:8.8.8.8'])(
    '%s is public',
    (address) => expect(rules.allows('a.example', 443, address)).toBe(true),
  )

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '198.18.0.1',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:1::',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '100::1',
    '4000::1',
    'not an address',
    '',
  ])('%s is refused', (address) => expect(rules.allows('a.example', 443, address)).toBe(false))
})

describe('createEgressRules with lists', () => {
  test('a host is allowed on its port alone, whatever its spelling', () => {
    const rules = createEgressRules(['CRM.internal:8443', '[::1]:80'], [])
    expect(rules.allows('crm.internal', 8443, '10.0.0.5')).toBe(true)
    expect(rules.allows('crm.internal.', 8443, '10.0.0.5')).toBe(true)
    expect(rules.allows('::1', 80, '::1')).toBe(true)
    expect(rules.allows('crm.internal', 443, '10.0.0.5')).toBe(false)
    expect(rules.allows('other.internal', 8443, '10.0.0.5')).toBe(false)
  })

  test('a range and a single address are allowed for every host, mapped addresses too', () => {
    const rules = createEgressRules(['10.20.0.0/16', '192.168.1.7', 'fd00:1::/32', '::2'], [])
    expect(rules.allows('a', 80, '10.20.255.1')).toBe(true)
    expect(rules.allows('a', 80, '::ffff:10.20.0.1')).toBe(true)
    expect(rules.allows('a', 80, '192.168.1.7')).toBe(true)
    expect(rules.allows('a', 80, 'fd00:1::9')).toBe(true)
    expect(rules.allows('a', 80, '::2')).toBe(true)
    expect(rules.allows('a', 80, '10.21.0.1')).toBe(false)
    expect(rules.allows('a', 80, '192.168.1.8')).toBe(false)
    expect(rules.allows('a', 80, '::3')).toBe(false)
  })

  test('a denied entry wins over everything', () => {
    const rules = createEgressRules(['10.0.0.0/8'], ['10.0.0.1', 'ads.example:443'])
    expect(rules.allows('a', 80, '10.0.0.2')).toBe(true)
    expect(rules.allows('a', 80, '10.0.0.1')).toBe(false)
    expect(rules.allows('ads.example', 443, '8.8.8.8')).toBe(false)
    expect(rules.allows('ads.example', 80, '8.8.8.8')).toBe(true)
  })

  test('a host without a port is allowed on those of http and https', () => {
    const rules = createEgressRules(['crm.internal'], [])
    expect([80, 443, 8080].map((port) => rules.allows('crm.internal', port, '10.0.0.5'))).toEqual([true, true, false])
  })

  test('a wildcard allows every name below its domain, and no other', () => {
    const rules = createEgressRules(['*.Internal.example', '*.cluster.local:8443'], [])
    const allows = (host: string, port = 443) => rules.allows(host, port, '10.0.0.5')
    expect(['a.internal.example', 'A.B.internal.EXAMPLE', 'a.internal.example.'].map((host) => allows(host))).toEqual([
      true,
      true,
      true,
    ])
    const others = ['internal.example', '.internal.example', 'evilinternal.example', 'a.internal.example.evil', 'a.b']
    expect(others.map((host) => allows(host))).toEqual(others.map(() => false))
    expect([allows('a.internal.example', 8443), allows('a.internal.example', 80)]).toEqual([false, true])
    expect([allows('x.cluster.local', 8443), allows('x.cluster.local', 443)]).toEqual([true, false])
  })

  test('a wildcard denies as well', () => {
    const rules = createEgressRules([], ['*.ads.example'])
    expect(rules.allows('a.ads.example', 443, '8.8.8.8')).toBe(false)
    expect(rules.allows('ads.example', 443, '8.8.8.8')).toBe(true)
  })

  test.each([
    '*',
    '*.',
    '*:443',
    'a.*.example',
    'x*.example',
    '*.0.0.1',
    '*.10',
    '*.::1',
    '*.[::1]:80',
    '*. internal.example',
    'a..b:80',
    '-a.example',
    'crm.internal:0',
    'crm.internal:65536',
    'user@a.example',
    '10.0.0.0/99',
    'http://a.example',
    '',
  ])('the entry "%s" is refused', (entry) => {
    expect(() => createEgressRules([entry], [])).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
    expect(() => createEgressRules([], [entry])).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
  })
})
