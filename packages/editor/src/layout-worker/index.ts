import { arrangeWithDagre } from '../layout/dagre-layout.ts'
import type { LayoutGraph } from '../layout/layout-provider.ts'

// The script of a worker: it answers each graph with its places and has no other effect.
addEventListener('message', (event: MessageEvent<LayoutGraph>) => {
  postMessage([...arrangeWithDagre(event.data)])
})
