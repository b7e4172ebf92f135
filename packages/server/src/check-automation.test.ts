import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { postgresBus } from './bus/postgres-bus.ts'
import { toExpress } from './express/index.ts'
import { toFastify } from './fastify/index.ts'
import { toNext } from './next/index.ts'
import { attachWebSockets, toNodeHandler } from './node/index.ts'

const refusal = (message: string) =>
  expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) })
const NO_SERVER = 'automation must be what createWorkflowServer({ ... }) returns'
const sockets = { connect: () => undefined, chooseProtocol: () => null }

describe('adapters refuse at start what is no workflow server', () => {
  test.each<[string, (automation: never) => unknown]>([
    ['toNodeHandler', toNodeHandler],
    ['toExpress', toExpress],
    ['toFastify', toFastify],
    ['toNext', toNext],
  ])('%s', (name, adapter) => {
    for (const given of [undefined, null, {}, { fetch: 'https://app.example' }]) {
      expect(() => adapter(given as never)).toThrow(refusal(`${name}: ${NO_SERVER}`))
    }
    expect(() => adapter(Promise.resolve({}) as never)).toThrow(refusal('automation is a promise: await it'))
  })

  test('attachWebSockets, with all faults at once', () => {
    const attach = (httpServer: unknown, automation: unknown) => () =>
      attachWebSockets(httpServer as never, automation as never)
    expect(attach({}, {})).toThrow(refusal(`httpServer must be a server of node:http`))
    expect(attach({}, {})).toThrow(refusal(NO_SERVER))
    const server = createServer()
    expect(attach(server, undefined)).toThrow(refusal(NO_SERVER))
    expect(attach(server, { sockets: {} })).toThrow(refusal(NO_SERVER))
    expect(attach(undefined, { sockets })).toThrow(refusal('httpServer must be'))
    expect(server.listenerCount('upgrade')).toBe(0)
  })
})

describe('postgresBus', () => {
  const pool = { query: async () => undefined }
  const listen = () => Promise.reject(new Error('must not be opened'))
  test.each<[unknown, string]>([
    [undefined, 'pool must be a pg.Pool; listen must be a function'],
    [{ pool, listen: pool }, 'listen must be a function that opens a connection: listen: () => pool.connect()'],
    [{ pool, listen, chanel: 'tenon' }, 'chanel is unknown: did you mean channel?'],
    [{ pool, listen, channel: 'a b' }, 'channel must be a plain name'],
    [{ pool, listen, channel: 7 }, 'channel must be a plain name'],
    [{ pool, listen, log: console }, 'log must be a function'],
  ])('refuses %j', (options, message) => {
    expect(() => postgresBus(options as never)).toThrow(refusal(`postgresBus: ${message}`))
  })
})
