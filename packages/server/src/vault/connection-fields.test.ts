import { type ConnectorAuth, defineConnector } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { checkFields, credentialsOf } from './connection-fields.ts'

const HOSTS = ['api.example.com']
const AUTH: readonly ConnectorAuth[] = [
  { kind: 'apiKey', position: { in: 'header', name: 'x-key' } },
  { kind: 'apiKey', position: { in: 'query', name: 'key' } },
  { kind: 'basic' },
  { kind: 'bearer' },
  {
    ...{ kind: 'oauth2', authorizationUrl: 'https://a.example/', tokenUrl: 'https://a.example/t' },
    ...{ scopes: [], clientId: 'c' },
  },
]
const CONNECTORS = AUTH.map((auth) => defineConnector({ id: 'crm', title: 'CRM', auth, allowedHosts: HOSTS }))

describe('fields of connections', () => {
  test.each(CONNECTORS)('no request is sent without the secret of $auth.kind', (connector) => {
    for (const secrets of [{}, { apiKey: '', password: '', token: '', accessToken: '' }]) {
      expect(() => credentialsOf(connector, { username: 'ada' }, secrets, HOSTS)).toThrow(
        expect.objectContaining({ code: 'SECRET_NOT_FOUND' }),
      )
    }
  })

  test('may be any text where a header does not contain them as they are', () => {
    const [, inQuery, basic] = CONNECTORS
    const faultOf = (connector = basic, given: object = {}) => {
      try {
        if (connector) checkFields(connector, { values: {}, secrets: {}, allowedHosts: 0, ...given })
        return null
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(faultOf(inQuery, { secrets: { apiKey: 'секрет' } })).toBeNull()
    expect(faultOf(basic, { values: { username: 'ada' }, secrets: { password: 'секрет' } })).toBeNull()
    expect(faultOf(basic, { values: { username: 'ada' }, kept: ['password'] })).toBeNull()
    expect(faultOf(basic, { values: { username: 'ada' } })).toBe('Required')
    const short = { values: { username: 'a' }, secrets: { password: '12345' } }
    expect(faultOf(basic, short)).toBe('It must have at least 6 characters')
  })

  test('of an account that was connected by a token are that token, when the host begins to use OAuth', () => {
    const urls = { authorizationUrl: 'https://as.example/authorize', tokenUrl: 'https://as.example/token' }
    const auth = { kind: 'oauth2', ...urls, clientId: 'host', scopes: [] } as const
    const headersOf = (secrets: Readonly<Record<string, string>>) =>
      credentialsOf({ auth }, {}, secrets, HOSTS).credentials.headers
    expect(headersOf({ token: 'xoxb-1' })).toEqual({ authorization: 'Bearer xoxb-1' })
    expect(headersOf({ token: 'xoxb-1', accessToken: 'xoxb-2' })).toEqual({ authorization: 'Bearer xoxb-2' })
    expect(() => headersOf({})).toThrow(expect.objectContaining({ code: 'SECRET_NOT_FOUND' }))
  })
})
