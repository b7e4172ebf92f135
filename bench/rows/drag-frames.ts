import { missingChromium, openDragPage } from '../lib/drag-page.ts'
import type { Row } from '../lib/row.ts'
import { servePages } from '../lib/serve-pages.ts'

/**
 * Cost of a frame for the main thread of a real Chromium while a node is dragged with the mouse: processor time of all
 * its tasks (`TaskDuration` of the DevTools protocol in thread ticks: script, style, layout, paint) over the frames in
 * which a mouse move came in. Raster and compositing happen elsewhere and do not count; nor do the press and the drop.
 * The floor is React Flow with its default nodes: as many, at the same positions, seen from the same point at the same
 * zoom. Both are production builds.
 */
function dragFrames(count: number): Row {
  return {
    id: `drag-frames-${count}`,
    title: `Main-thread work a frame while one of ${count} nodes is dragged, over bare React Flow`,
    unit: 'ms',
    better: 'lower',
    rounds: 5,
    missing: missingChromium,
    open: async () => {
      const pages = await servePages()
      const editor = await openDragPage(`${pages.url}/editor.html?nodes=${count}`)
      const { x, y, zoom } = await editor.viewport()
      const flow = await openDragPage(`${pages.url}/flow.html?nodes=${count}&x=${x}&y=${y}&zoom=${zoom}`)
      const workOf = async (name: string, page: typeof flow) => {
        const { allMs, scriptMs, styleMs, layoutMs, frames } = await page.drag()
        const parts = Object.entries({ allMs, scriptMs, styleMs, layoutMs })
        console.error(
          `    ${name}: ${parts.map(([part, ms]) => `${part} ${ms.toFixed(2)}`).join(', ')}; ${frames} frames`,
        )
        return allMs
      }
      return {
        measure: () => workOf('editor', editor),
        floor: () => workOf('React Flow', flow),
        close: async () => {
          await editor.close()
          await flow.close()
          pages.close()
        },
      }
    },
  }
}

export const dragFrames100 = dragFrames(100)
export const dragFrames500 = dragFrames(500)
