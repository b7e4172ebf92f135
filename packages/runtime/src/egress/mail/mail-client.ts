import { createHash } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import { TenonError } from '@tenon/core/errors'
import type { MailMessage, MailRefusal } from '@tenon/core/node'
import type { GuardedSockets } from '../guarded-socket.ts'
import type { Account, AccountClients, CallLimits, SmtpLogin } from '../logins.ts'
import { createKeyedSlots } from '../slots.ts'
import { MAX_RESPONSE, type MailPhase, toMailFailure } from './mail-failures.ts'
import { domainOf, type MailAddress, readAddress, readAddresses, readSubject } from './mail-fields.ts'

const MAX_RECIPIENTS = 50
const GREETING_MS = 30_000
const SILENCE_MS = 60_000
/** Most connections of one tenant to mail servers in this process. */
const MAX_CONNECTIONS_OF_TENANT = 8

/** Creates the client for mail servers. Each email has a connection of its own, by a checked socket. */
export function createMailServer(sockets: GuardedSockets): AccountClients['mail'] {
  const slots = createKeyedSlots(MAX_CONNECTIONS_OF_TENANT)

  async function connect<Result>(
    { tenantId, login }: Account<SmtpLogin>,
    limits: CallLimits,
    domain: string | null,
    work: (transport: Transport) => Promise<Result>,
  ): Promise<Result> {
    const release = await slots.acquire(tenantId, limits.abortSignal)
    try {
      return await connected(sockets, login, limits, domain, work)
    } finally {
      release()
    }
  }

  return {
    async send(account, message, limits) {
      const mail = toMail(message)
      return connect(account, limits, domainOf(mail.from), async (transport) => {
        const { messageId, accepted, rejected, rejectedErrors } = await transport.sendMail(mail)
        return { messageId, accepted, rejected, refusals: rejected.map(refusalsOf(rejectedErrors)) }
      })
    },
    async verify(account, limits) {
      await connect(account, limits, null, (transport) => transport.verify())
    },
  }
}

interface RecipientError {
  readonly recipient?: string | undefined
  readonly responseCode?: number | undefined
  readonly response?: string | undefined
}

function refusalsOf(errors: readonly RecipientError[] | undefined): (address: string) => MailRefusal {
  return (address) => {
    const error = errors?.find(({ recipient }) => recipient === address)
    return { address, status: error?.responseCode ?? 0, answer: (error?.response ?? '').slice(0, MAX_RESPONSE) }
  }
}

interface Mail {
  readonly messageId: string
  readonly subject: string
  readonly from: MailAddress
  readonly to: MailAddress[]
  readonly cc: MailAddress[]
  readonly bcc: MailAddress[]
  readonly replyTo?: MailAddress
  readonly text?: string
  readonly html?: string
}

/** @throws {@link TenonError} `MAIL_INVALID`. */
function toMail({ from, to, cc = [], bcc = [], replyTo, subject, text, html, idempotencyKey }: MailMessage): Mail {
  const sender = readAddress(from, 'from')
  const all = { to: readAddresses(to, 'to'), cc: readAddresses(cc, 'cc'), bcc: readAddresses(bcc, 'bcc') }
  const count = all.to.length + all.cc.length + all.bcc.length
  if (count === 0) throw new TenonError('MAIL_INVALID', 'The email has no recipient')
  if (count > MAX_RECIPIENTS) {
    throw new TenonError('MAIL_INVALID', `The email has ${count} recipients; ${MAX_RECIPIENTS} are allowed`)
  }
  if ((text ?? '') === '' && (html ?? '') === '') throw new TenonError('MAIL_INVALID', 'The email has no content')
  const hash = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 40)
  return {
    ...{ from: sender, ...all, subject: readSubject(subject) },
    // Servers and clients that know it take a repeated email for the same one.
    messageId: `<${hash}@${domainOf(sender)}>`,
    ...(replyTo === undefined || replyTo === '' ? {} : { replyTo: readAddress(replyTo, 'replyTo') }),
    ...(text === undefined || text === '' ? {} : { text }),
    ...(html === undefined || html === '' ? {} : { html }),
  }
}

type Transport = Awaited<ReturnType<typeof transportOf>>

async function connected<Result>(
  sockets: GuardedSockets,
  login: SmtpLogin,
  { abortSignal }: CallLimits,
  domain: string | null,
  work: (transport: Transport) => Promise<Result>,
): Promise<Result> {
  let socket: Socket | undefined
  let phase: MailPhase = 'connect'
  const onContent = () => {
    phase = 'content'
  }
  const onAbort = () => socket?.destroy(abortSignal.reason as Error)
  try {
    socket = await sockets.open(login.host, login.port, abortSignal)
    abortSignal.addEventListener('abort', onAbort, { once: true })
    abortSignal.throwIfAborted()
    phase = 'begin'
    return await work(await transportOf(login, socket, domain, onContent))
  } catch (error) {
    throw abortSignal.aborted ? abortSignal.reason : toMailFailure(error, phase)
  } finally {
    abortSignal.removeEventListener('abort', onAbort)
    socket?.destroy()
  }
}

async function transportOf(
  { host, port, user, password, tls, ca }: SmtpLogin,
  socket: Socket,
  domain: string | null,
  onContent: () => void,
) {
  // Only nodes that send email need it.
  const { createTransport } = await import('nodemailer')
  return createTransport({
    ...{ host, port, connection: socket, secure: tls === 'tls' },
    ...(tls === 'starttls' ? { requireTLS: true } : { ignoreTLS: true }),
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    ...(domain === null ? {} : { name: domain }),
    tls: { ...(isIP(host) === 0 ? { servername: host } : { host }), ...(ca === null ? {} : { ca }) },
    ...{ greetingTimeout: GREETING_MS, socketTimeout: SILENCE_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    ...{ transactionLog: true, logger: contentWatcher(onContent) },
  })
}

/**
 * The errors of the driver do not say how far it came; the answers that it logs do: 354 asks for the content. They are kept
 * nowhere.
 */
function contentWatcher(onContent: () => void) {
  const ignore = (): void => undefined
  const debug = (entry: unknown, answer: unknown): void => {
    const { tnx } = entry as { readonly tnx?: unknown }
    if (tnx === 'server' && typeof answer === 'string' && answer.startsWith('354')) onContent()
  }
  return { trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore, level: ignore }
}
