import { arrangeWithDagre } from '../layout/dagre-layout.ts'
import type { LayoutGraph } from '../layout/layout-provider.ts'

// Script of a worker, which responds to each graph with its positions.
addEventListener('message', (event: MessageEvent<LayoutGraph>) => {
  postMessage([...arrangeWithDagre(event.data)])
})
