import { TenonError } from '../errors/index.ts'

/** The function of the platform, below those that replace it while nodes run. */
const ORIGINAL: unique symbol = Symbol('fetch of the platform')

type Fetch = typeof globalThis.fetch & { readonly [ORIGINAL]?: typeof globalThis.fetch }

/**
 * Runs a node with a global `fetch` that fails: it would reach addresses that the host does not allow, and the client of the
 * context is the one that keeps to them.
 *
 * @throws {@link TenonError} `EGRESS_REFUSED` if the node has called it, whatever it did with the error; that of the node.
 */
export async function withoutGlobalFetch<Value>(run: () => Promise<Value>): Promise<Value> {
  const before: Fetch = globalThis.fetch
  const original = before[ORIGINAL] ?? before
  let refusal: TenonError | null = null
  const refuse = async (): Promise<never> => {
    refusal = new TenonError('EGRESS_REFUSED', 'The node calls the global fetch', {
      remedy: 'Use context.http.request or context.http.fetch.',
    })
    throw refusal
  }
  const guard = Object.assign(refuse, { [ORIGINAL]: original })
  globalThis.fetch = guard
  try {
    const value = await run()
    if (refusal !== null) throw refusal
    return value
  } finally {
    // Another run may have replaced it since, and puts the original back.
    if (globalThis.fetch === guard) globalThis.fetch = original
  }
}
