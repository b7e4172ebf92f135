import type { AddressInfo, Socket } from 'node:net'
import type { TenonError } from '@tenon/core/errors'
import type { MailMessage } from '@tenon/core/node'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { createEgress } from '../egress.ts'
import type { SmtpLogin } from '../logins.ts'

const MAIL: MailMessage = {
  ...{ from: 'Acme <no-reply@acme.example>', to: ['ada@example.com'], subject: 'Grüße', text: 'Hello' },
  idempotencyKey: 'run/node',
}
const limits = (abortSignal = AbortSignal.timeout(10_000)) => ({ abortSignal, timeoutMs: 10_000 })

interface Received {
  readonly to: readonly string[]
  readonly source: string
  readonly isSecure: boolean
  readonly user: unknown
}

/** Starts a mail server with one user; its handlers may refuse. */
async function startMailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'ada' && password === 'canary-password'
        ? done(null, { user: username })
        : done(new Error('Invalid login for canary-password')),
    onData(stream, { envelope, secure, user }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address)
        received.push({ to, source: Buffer.concat(chunks).toString(), isSecure: secure, user })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => sockets.add(socket))
  const egress = createEgress({ allow: ['127.0.0.1/32', '::1/128'] })
  const login: SmtpLogin = {
    ...{ kind: 'smtp', host: 'localhost', port: (server.server.address() as AddressInfo).port },
    ...{ user: null, password: null, tls: 'off', ca: null },
  }
  const at = (change: Partial<SmtpLogin> = {}) => ({ tenantId: 't', login: { ...login, ...change } })
  return {
    ...{ received, at, egress },
    drop: () => {
      for (const socket of sockets) socket.destroy()
    },
    send: (mail: Partial<MailMessage> = {}, change: Partial<SmtpLogin> = {}) =>
      egress.mail.send(at(change), { ...MAIL, ...mail }, limits()),
    [Symbol.asyncDispose]: async () => {
      await egress.close()
      await new Promise<void>((resolve) => server.close(resolve))
    },
  }
}

const failureOf = async (call: Promise<unknown>): Promise<TenonError> => {
  const failure: unknown = await call.then(
    () => new Error('It did not fail'),
    (error: unknown) => error,
  )
  return failure as TenonError
}

describe('an email', () => {
  test('arrives with its fields, and with the same Message-ID however often it is sent', async () => {
    await using server = await startMailServer()
    const mail = {
      ...{ to: ['Ada L <ada@example.com>', 'bob@example.com'], cc: ['c@example.com'], bcc: ['secret@example.com'] },
      ...{ replyTo: 'desk@acme.example', html: '<p>Hello</p>' },
    }
    const first = await server.send(mail, { user: 'ada', password: 'canary-password' })
    expect(first.accepted).toEqual(['ada@example.com', 'bob@example.com', 'c@example.com', 'secret@example.com'])
    expect((await server.send(mail)).messageId).toBe(first.messageId)
    expect((await server.send({ idempotencyKey: 'other' })).messageId).not.toBe(first.messageId)
    const [received, repeated] = server.received
    expect(received).toMatchObject({ to: first.accepted, user: 'ada', isSecure: false })
    expect(received?.source).toContain(`Message-ID: ${first.messageId}`)
    expect(received?.source).toContain('Reply-To: desk@acme.example')
    expect(received?.source).toContain('From: Acme <no-reply@acme.example>')
    expect(received?.source).toContain('<p>Hello</p>')
    expect(received?.source).not.toContain('secret@example.com')
    expect(repeated?.user).toBeUndefined()
    await server.egress.mail.verify(server.at({ user: 'ada', password: 'canary-password' }), limits())
  })

  test.each<[string, Partial<MailMessage>]>([
    ['to', { to: ['ada@example.com\r\nBcc: eve@example.com'] }],
    ['to', { to: ['ada@example.com, eve@example.com'] }],
    ['to', { to: ['nothing'] }],
    ['from', { from: 'Acme\n <a@acme.example>' }],
    ['replyTo', { replyTo: 'x@y@z' }],
    ['subject', { subject: 'Hi\r\nBcc: eve@example.com' }],
    ['subject', { subject: 'x'.repeat(901) }],
    ['no recipient', { to: [] }],
    ['51 recipients', { to: Array.from({ length: 51 }, () => 'ada@example.com') }],
    ['no content', { text: '' }],
  ])('is refused before a socket is opened: %s', async (_field, mail) => {
    const egress = createEgress()
    const account = { tenantId: 't', login: { ...{ kind: 'smtp', host: 'nothing.invalid', port: 25 }, user: null } }
    const login = { ...account.login, password: null, tls: 'off', ca: null } as SmtpLogin
    expect(await failureOf(egress.mail.send({ tenantId: 't', login }, { ...MAIL, ...mail }, limits()))).toMatchObject({
      ...{ code: 'MAIL_INVALID', retryable: false },
    })
  })
})

describe('a mail server', () => {
  const refusing = (responseCode: number): SMTPServerOptions => ({
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error('Try elsewhere'), { responseCode })),
  })

  test('that refuses for now or for good, or does not know the user, is an error of its own', async () => {
    for (const [status, code, retryable] of [
      [451, 'MAIL_FAILED', true],
      [550, 'MAIL_REFUSED', false],
    ] as const) {
      await using server = await startMailServer(refusing(status))
      expect(await failureOf(server.send())).toMatchObject({ code, retryable, details: { status, sent: false } })
    }
    await using server = await startMailServer()
    const error = await failureOf(server.send({}, { user: 'ada', password: 'wrong-password' }))
    expect(error).toMatchObject({ code: 'MAIL_LOGIN_FAILED', retryable: false })
    const verified = server.egress.mail.verify(server.at({ user: 'ada', password: 'wrong-password' }), limits())
    expect(await failureOf(verified)).toMatchObject({ code: 'MAIL_LOGIN_FAILED' })
    expect(server.received).toEqual([])
  })

  test('that is too busy for a login asks for a later try, and one that knows none refuses it', async () => {
    for (const [responseCode, code] of [
      [454, 'MAIL_FAILED'],
      [535, 'MAIL_LOGIN_FAILED'],
    ] as const) {
      await using server = await startMailServer({
        onAuth: (_auth, _session, done) => done(Object.assign(new Error('Too many logins'), { responseCode })),
      })
      const error = await failureOf(server.send({}, { user: 'ada', password: 'canary-password' }))
      expect(error).toMatchObject({ code, retryable: code === 'MAIL_FAILED', details: { status: responseCode } })
    }
  })

  test('that refuses some recipients says why, and at most eight connections of a tenant are open', async () => {
    let open = 0
    let most = 0
    await using server = await startMailServer({
      onConnect: (_session, done) => {
        open += 1
        most = Math.max(most, open)
        setTimeout(done, 20)
      },
      onClose: () => {
        open -= 1
      },
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('later') ? done(Object.assign(new Error('Greylisted'), { responseCode: 451 })) : done(),
    })
    const to = ['ada@example.com', 'later@example.com']
    const all = await Promise.all(Array.from({ length: 20 }, () => server.send({ to })))
    expect(most).toBeLessThanOrEqual(9)
    expect(all[0]).toMatchObject({
      ...{ accepted: ['ada@example.com'], rejected: ['later@example.com'] },
      refusals: [{ address: 'later@example.com', status: 451, answer: '451 Greylisted' }],
    })
  })

  test('that ends the connection before the content has certainly sent nothing, and after it maybe', async () => {
    await using before = await startMailServer({ onMailFrom: () => before.drop() })
    expect(await failureOf(before.send())).toMatchObject({ code: 'MAIL_FAILED', details: { sent: false } })
    await using after = await startMailServer({
      onData: (stream) => void stream.on('end', () => after.drop()).resume(),
    })
    expect(await failureOf(after.send())).toMatchObject({ code: 'MAIL_FAILED', details: { sent: null } })
  })

  test('needs a certificate that is valid, by TLS or STARTTLS, and STARTTLS where it is asked for', async () => {
    // The server's own certificate is for localhost, signed by none that Node.js trusts.
    for (const [tls, secure] of [
      ['tls', true],
      ['starttls', false],
    ] as const) {
      await using server = await startMailServer({ secure })
      expect(await failureOf(server.send({}, { tls }))).toMatchObject({
        ...{ code: 'MAIL_FAILED', retryable: false, message: 'The certificate of the mail server cannot be verified' },
      })
    }
    await using plain = await startMailServer({ disabledCommands: ['STARTTLS'] })
    expect(await failureOf(plain.send({}, { tls: 'starttls' }))).toMatchObject({
      code: 'MAIL_FAILED',
      details: { sent: false },
    })
    expect(plain.received).toEqual([])
  })

  test('at a private address gets no socket, and an abort ends the call', async () => {
    await using server = await startMailServer({ onConnect: () => undefined })
    const guarded = createEgress({ dns: async () => ['127.0.0.1'] })
    for (const host of ['127.0.0.1', 'mail.example']) {
      expect(await failureOf(guarded.mail.send(server.at({ host }), MAIL, limits()))).toMatchObject({
        code: 'EGRESS_REFUSED',
      })
    }
    const reason = new Error('canceled')
    const controller = new AbortController()
    const sending = failureOf(server.egress.mail.send(server.at(), MAIL, limits(controller.signal)))
    setTimeout(() => controller.abort(reason), 50)
    expect(await sending).toBe(reason)
    expect(await failureOf(server.egress.mail.send(server.at({ port: 1 }), MAIL, limits()))).toMatchObject({
      ...{ code: 'MAIL_FAILED', retryable: true, details: { sent: false } },
    })
  })
})
