import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { z } from 'zod'
import { makePdf, pagesOf, textractOf } from '../../../core/test/make-pdf.ts'
import { startTextractSimulator, type TextractSimulator } from '../../../runtime/test/textract-simulator.ts'

/** A moment of a run at which its process dies: before a service acts on a request, or before its answer arrives. */
export interface Moment {
  readonly at: 'copy' | 'begin' | 'read' | 'extract' | 'check' | 'store' | 'notify'
  readonly side: 'before' | 'after'
}

/** Holds requests of invoices at their moments, by number, once each. */
export interface Holds {
  /** Numbers of the invoices that have reached their moments. */
  readonly reached: ReadonlySet<string>
  plan(number: string, moment: Moment): void
  /** Checks whether a request is held from now on. */
  isHeld(at: Moment['at'], side: Moment['side'], text: string): boolean
}

/** Services of the pipeline of invoices: real protocols and packages, on this machine. */
export interface InvoiceServices extends AsyncDisposable {
  readonly holds: Holds
  readonly textract: TextractSimulator
  readonly modelUrl: string
  readonly smtpPort: number
  /** Port of a proxy of the database to which the pipeline writes. */
  readonly databasePort: number
  /** Emails that the mail server has accepted. */
  readonly mails: readonly { readonly to: string; readonly messageId: string }[]
}

const NUMBER = /INV-\d+/

/** @param targetPort - Port of the Postgres server to which the pipeline writes. */
export async function startInvoiceServices(targetPort: number): Promise<InvoiceServices> {
  const holds = createHolds()
  const textract = await startTextractSimulator()
  textract.polls = 1
  textract.resultOf = (document) => {
    const pdf = document.toString('latin1')
    const blocks = textractOf(pdf)
    const half = Math.ceil(blocks.length / 2)
    return { pages: pagesOf(pdf).length, parts: [blocks.slice(0, half), blocks.slice(half)] }
  }
  const moments = { PUT: 'copy', StartDocumentTextDetection: 'begin', GetDocumentTextDetection: 'read' } as const
  textract.hold = async (operation, side, document) => {
    const at = operation in moments ? moments[operation as keyof typeof moments] : null
    if (at !== null && holds.isHeld(at, side, document.toString('latin1'))) await never()
  }
  const model = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const asked = modelRequest.parse(JSON.parse(Buffer.concat(chunks).toString()))
    const text = asked.messages.map(({ content }) => content).join('\n')
    const { name } = asked.response_format.json_schema
    const at = name === 'verdict' ? 'check' : 'extract'
    if (holds.isHeld(at, 'before', text)) return
    const answer = JSON.stringify(name === 'verdict' ? judge(text) : extract(text))
    if (holds.isHeld(at, 'after', text)) return
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completionOf(answer)))
  })
  const mails: { to: string; messageId: string }[] = []
  const smtp = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'] },
    onRcptTo: ({ address }, _session, done) => {
      if (!holds.isHeld('notify', 'before', address.toUpperCase())) done()
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const [, messageId = ''] = /^Message-ID: (\S+)/im.exec(Buffer.concat(chunks).toString()) ?? []
        const to = envelope.rcptTo.map(({ address }) => address.toUpperCase()).join()
        mails.push({ to, messageId })
        if (!holds.isHeld('notify', 'after', to)) done()
      })
    },
  })
  smtp.on('error', () => undefined)
  const proxy = createTcpServer((client) => carry(client, targetPort, holds))
  await Promise.all([listen(model), listen(proxy), listen(smtp.server)])
  return {
    ...{ holds, textract, mails, smtpPort: portOf(smtp.server), databasePort: portOf(proxy) },
    modelUrl: `http://127.0.0.1:${portOf(model)}/v1`,
    [Symbol.asyncDispose]: async () => {
      model.closeAllConnections()
      await Promise.all([model, proxy, smtp].map((server) => new Promise<void>((done) => server.close(() => done()))))
      await textract[Symbol.asyncDispose]()
    },
  }
}

/** Makes an invoice of three pages. @param total - Stated total; the lines add up to 100 more than 900. */
export function invoicePdf(number: string, total: string): string {
  return makePdf([
    [`Invoice ${number}`, 'Supplier: Northwind Traders', 'Date: 2026-11-03'],
    ['Line: Tea; 400.00', 'Line: Cups (blue); 600.00'],
    [`Total: ${total}`],
  ])
}

function createHolds(): Holds {
  const planned = new Map<string, Moment>()
  const reached = new Set<string>()
  return {
    reached,
    plan: (number, moment) => void planned.set(number, moment),
    isHeld: (at, side, text) => {
      const [number = ''] = NUMBER.exec(text) ?? []
      const moment = planned.get(number)
      if (moment?.at !== at || moment.side !== side || reached.has(number)) return false
      reached.add(number)
      return true
    },
  }
}

/** Carries one session with the database, whose commit of an invoice may not arrive, or not be answered. */
function carry(client: Socket, targetPort: number, holds: Holds): void {
  const server = connect(targetPort, '127.0.0.1')
  let number = ''
  let isCut = false
  for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => undefined)
  client.on('data', (chunk) => {
    const text = chunk.toString('latin1')
    number = NUMBER.exec(text)?.[0] ?? number
    if (/\bcommit\b/i.test(text)) {
      if (holds.isHeld('store', 'before', number)) return
      isCut = holds.isHeld('store', 'after', number)
    }
    server.write(chunk)
  })
  server.on('data', (chunk) => {
    if (!isCut) client.write(chunk)
  })
  client.on('close', () => server.destroy())
  server.on('close', () => client.destroy())
}

const modelRequest = z.object({
  messages: z.array(z.object({ content: z.string() })),
  response_format: z.object({ json_schema: z.object({ name: z.string() }) }),
})

function extract(text: string) {
  const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? ''
  return {
    number: NUMBER.exec(text)?.[0] ?? '',
    date: found(/Date: (\S+)/),
    supplier: found(/Supplier: (.+)/),
    lines: [...text.matchAll(/Line: (.+); ([\d.]+)/g)].map(([, item, amount]) => ({ item, amount: Number(amount) })),
    total: Number(found(/Total: ([\d.]+)/)),
  }
}

/** Adds the lines up, which the rules of the pipeline ask for. */
function judge(text: string) {
  const { lines, total } = invoiceIn.parse(JSON.parse(/<text>\n(\{[^<]*)\n<\/text>/.exec(text)?.[1] ?? '{}'))
  const sum = lines.reduce((so, { amount }) => so + amount, 0)
  return sum === total
    ? { verdict: 'pass', reason: 'The lines add up to the total.' }
    : { verdict: 'fail', reason: `The lines add up to ${sum}, and the total is ${total}.` }
}

const invoiceIn = z.object({ lines: z.array(z.object({ amount: z.number() })), total: z.number() })

function completionOf(content: string) {
  return {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 0, model: 'rules' },
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

function listen(server: Pick<Server, 'listen'>): Promise<void> {
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
}

function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port
}
