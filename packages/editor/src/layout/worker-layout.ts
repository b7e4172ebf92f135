import type { NodeId, Position } from '@tenon/core/document'
import type { LayoutGraph, LayoutProvider } from './layout-provider.ts'

interface WorkerLayoutOptions {
  /**
   * Address of the worker script that this package ships (`@tenon/editor/layout-worker`).
   *
   * @defaultValue beside the module itself, where it lies in an unbundled host
   */
  readonly url?: string | URL
  /** Smaller workflows are arranged in the page, which is done before a worker has started. @defaultValue 150 */
  readonly fromNodes?: number
  /** How long the worker may stay silent before the arrangement is computed in the page. @defaultValue 1_000 */
  readonly patienceMs?: number
}

/**
 * Arranges a large workflow in a worker, so that it does not hold up the page; where no worker can be had (another
 * origin, a strict policy, a bundler that moved the script), in the page with the same result.
 */
export function workerLayout(options: WorkerLayoutOptions = {}): LayoutProvider {
  const { fromNodes = 150 } = options
  let isWorkerUsable = typeof Worker !== 'undefined'
  return {
    arrange: async (graph) => {
      if (isWorkerUsable && graph.nodes.length >= fromNodes) {
        const places = await askWorker(graph, options)
        if (places !== null) return places
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
    const finish = (places: ReadonlyMap<NodeId, Position> | null) => {
      clearTimeout(timer)
      worker.terminate()
      resolve(places)
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

// Written so that bundlers do not take it for an asset of theirs: a host that bundles hands over its own URL.
function besideThisModule(): URL {
  const base: string = import.meta.url
  return new URL('./layout-worker/index.js', base)
}
