import { TenonError } from '@tenon/core/errors'
import type { NodeContext, Suspension } from '@tenon/core/node'

type Body = (context: NodeContext) => unknown

const done = { port: 'success', output: {} } as const

/** Returns its own cause, so that a reader of causes never comes to an end. */
function circularError(): Error {
  const error = new Error('circular')
  error.cause = error
  return error
}

function throwing(make: () => unknown): Body {
  return () => {
    throw make()
  }
}

function returning(output: unknown): Body {
  return () => ({ port: 'success', output })
}

/** Suspends in the first pass with whatever a body in JavaScript may return. */
function suspending(suspend: unknown): Body {
  return ({ resume }) => (resume === null ? { suspend } : done)
}

const QUESTION = { kind: 'approval', title: 't', message: 'm', approvers: {}, required: 1, evidence: null }

/** Bodies that break the contract of nodes, by name; each run must end all the same, and the process must live. */
const BODIES: Readonly<Record<string, Body>> = {
  throwNull: throwing(() => null),
  throwUndefined: throwing(() => undefined),
  throwString: throwing(() => 'a text'),
  throwSymbol: throwing(() => Symbol('s')),
  throwBigInt: throwing(() => 10n),
  throwFrozen: throwing(() => Object.freeze(new TenonError('NODE_FAILED', 'frozen'))),
  throwCircular: throwing(circularError),
  throwBigIntDetails: throwing(() => new TenonError('NODE_FAILED', 'x', { details: { n: 10n } })),
  throwSurrogate: throwing(() => new TenonError('NODE_FAILED', `${'x'.repeat(1_999)}\u{1F600} \u0000 \ud800`)),
  throwUnavailable: throwing(() => new TenonError('UNAVAILABLE', 'The node says so')),
  throwFactInvalid: throwing(() => new TenonError('FACT_INVALID', 'The node says so')),
  throwNameGetter: throwing(() =>
    Object.defineProperty(new Error('x'), 'name', {
      get: () => {
        throw new Error('getter')
      },
    }),
  ),
  throwProxy: throwing(
    () =>
      new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error('trap')
          },
        },
      ),
  ),
  throwAggregate: throwing(() => new AggregateError([circularError(), null], 'many')),
  rejectNothing: () => Promise.reject(),
  returnNothing: () => undefined,
  returnNull: () => null,
  returnString: () => 'x',
  returnNoPort: () => ({ output: {} }),
  returnBadPort: () => ({ port: 'nope', output: {} }),
  returnCircular: () => {
    const output: Record<string, unknown> = {}
    output['self'] = output
    return { port: 'success', output }
  },
  returnBigInt: returning({ n: 10n }),
  returnNaN: returning({ n: Number.NaN }),
  returnDeep: () => {
    let output: unknown = 1
    for (let depth = 0; depth < 100_000; depth += 1) output = [output]
    return { port: 'success', output }
  },
  returnNul: returning({ text: 'a\u0000b', list: ['\u0000', '\uffff\u2028'] }),
  returnNulKey: returning({ 'a\u0000b': 1 }),
  returnSurrogate: returning({ text: 'a\ud800' }),
  returnGetter: returning({
    get x() {
      throw new Error('getter')
    },
  }),
  returnProxy: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
      },
    ),
  returnUsageBad: () => ({ ...done, usage: { model: 'm', inputTokens: 1.5, outputTokens: -1 } }),
  suspendNull: suspending(null),
  suspendNoDue: suspending({ kind: 'time' }),
  suspendFractionDue: suspending({ kind: 'time', dueAt: 100.5 }),
  suspendHugeDue: suspending({ kind: 'time', dueAt: 1e20 }),
  suspendTextDue: suspending({ kind: 'time', dueAt: '2030-01-01' }),
  suspendNoChoices: suspending({ ...QUESTION, choices: [], dueAt: null }),
  suspendApprovalNoDue: suspending({ ...QUESTION, choices: ['yes'] }),
  suspendUnknownKind: suspending({ kind: 'event', key: 'x', dueAt: null }),
  toolCallMutated: ({ toolCall }) => {
    const call = { tool: 't', arguments: { a: 1 as unknown }, durationMs: 1 }
    toolCall(call as never)
    call.arguments.a = 10n
    return done
  },
  toolCallOdd: ({ toolCall }) => {
    toolCall({ tool: '\ud800', arguments: { a: 10n }, durationMs: Number.NaN } as never)
    return done
  },
  logOdd: ({ log }) => {
    log('info', 'a\u0000b\ud800', { n: 10n } as never)
    return done
  },
  durableOdd: async ({ durable }) => {
    await durable('k\u0000', async () => ({ a: 1 }))
    return done
  },
  settlesTwice: () =>
    new Promise((resolve, reject) => {
      resolve(done)
      reject(new Error('late'))
    }),
  mutatesParams: ({ params }) => {
    try {
      Object.assign(params as object, { how: 'x' })
    } catch {
      // Frozen params are fine, too.
    }
    return done
  },
}

/** Names of the odd bodies. */
export const ODD_BODIES: readonly string[] = Object.keys(BODIES)

type Outcome = { readonly port: 'success'; readonly output: Readonly<Record<string, unknown>> } | Suspension

/** Runs an odd body; its type is that of a well-behaved one. */
export async function runOddBody(how: string, context: NodeContext): Promise<Outcome> {
  const body = BODIES[how]
  if (body === undefined) throw new RangeError(`There is no odd body "${how}"`)
  return (await body(context)) as Outcome
}
