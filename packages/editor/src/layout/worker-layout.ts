import type { NodeId, Position } from '@tenon/core/document'
import type { LayoutGraph, LayoutProvider } from './layout-provider.ts'

interface WorkerLayoutOptions {
  /**
   * URL of the worker script of this package (`@tenon/editor/layout-worker`).
   *
   * @defaultValue beside the module itself, as in an unbundled host
   */
  readonly url?: string | URL
  /**
   * Least number of nodes for the worker; smaller workflows are arranged in the page, which is faster than starting a
   * worker. @defaultValue 150
   */
  readonly fromNodes?: number
  /**
   * Time in milliseconds without a response of the worker, after which the layout is computed in the page.
   * @defaultValue 1_000
   */
  readonly patienceMs?: number
}

/**
 * Creates a layout that arranges large workflows in a worker, so that they do not block the page. Without a worker
 * (another origin, a strict policy, a bundler that moved the script), it runs in the page with the same result.
 */
export function workerLayout(options: WorkerLayoutOptions = {}): LayoutProvider {
  const { fromNodes = 150 } = options
  let isWorkerUsable = typeof Worker !== 'undefined'
  return {
    arrange: async (graph) => {
      if (isWorkerUsable && graph.nodes.length >= fromNodes) {
        const positions = await askWorker(graph, options)
        if (positions !== null) return positions
        isWorkerUsable = false
      }
      const { arrangeWithDagre } = await import('./dagre-layout.ts')
      return arrangeWithDagre(graph)
    },
  }
}

function askWorker(
  graph: LayoutGraph,
  { url, patienceMs = 1_000 }: WorkerLayoutOptions,
): Promise<ReadonlyMap<NodeId, Position> | null> {
  return new Promise((resolve) => {
    let worker: Worker
    try {
      worker = new Worker(url ?? besideThisModule(), { type: 'module' })
    } catch {
      resolve(null)
      return
    }
    const finish = (positions: ReadonlyMap<NodeId, Position> | null) => {
      clearTimeout(timer)
      worker.terminate()
      resolve(positions)
    }
    const timer = setTimeout(() => finish(null), patienceMs)
    worker.onerror = (event) => {
      event.preventDefault()
      finish(null)
    }
    worker.onmessage = ({ data }: MessageEvent<readonly (readonly [NodeId, Position])[]>) => finish(new Map(data))
    worker.postMessage(graph)
  })
}

// Written so that bundlers do not treat it as an asset; a host with a bundler passes its own URL.
function besideThisModule(): URL {
  const base: string = import.meta.url
  return new URL('./layout-worker/index.js', base)
}
