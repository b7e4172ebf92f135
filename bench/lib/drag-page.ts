import { type Browser, type CDPSession, chromium, type Page } from 'playwright'
import { findChromium } from '../../scripts/run/lib/chromium.mjs'

const SIZE = { width: 1440, height: 900 }
const FRAME_MS = 1_000 / 60
/** Moves before the clock runs: the press, what it selects and opens, and the first frames. */
const LEAD_IN = 20
const MOVES = 120
/** Pixels of each move; more than a cell of the editor's grid at the zooms that it opens with. */
const STRIDE = 12

/** One page with a canvas, in a browser of its own. */
export interface DragPage {
  /** Drags a node with the mouse; the button goes up when the clock has stopped. */
  drag(): Promise<FrameWork>
  /** Viewport of the canvas. */
  viewport(): Promise<{ readonly x: number; readonly y: number; readonly zoom: number }>
  close(): Promise<void>
}

/** Work of the page's main thread per frame that had a mouse move, in ms of processor time. */
export interface FrameWork {
  readonly allMs: number
  readonly scriptMs: number
  readonly styleMs: number
  readonly layoutMs: number
  readonly frames: number
}

export async function missingChromium(): Promise<string | null> {
  return (await findChromium()) === null ? 'Chromium is missing (set CHROMIUM_PATH)' : null
}

export async function openDragPage(url: string): Promise<DragPage> {
  const executablePath = await findChromium()
  if (executablePath === null) throw new RangeError('Chromium is missing')
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: SIZE })
  await page.goto(url)
  await page.locator('.react-flow__node').first().waitFor()
  const session = await page.context().newCDPSession(page)
  // Processor time: how long a frame waits for a busy machine is not its work.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.evaluate(countMoves)
  await page.waitForTimeout(1_000)
  return {
    drag: () => dragOnce(page, session),
    viewport: () => page.evaluate(readViewport),
    close: () => browser.close(),
  }
}

async function dragOnce(page: Page, session: CDPSession): Promise<FrameWork> {
  const from = await page.evaluate(findNode, { x: SIZE.width / 2, y: SIZE.height / 2 })
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await moveAround(page, from, LEAD_IN)
  const before = await readMetrics(page, session)
  await moveAround(page, from, MOVES)
  const after = await readMetrics(page, session)
  // Back to where it was, so that each round drags the same node over the same ground.
  await page.mouse.move(from.x, from.y)
  await page.mouse.up()
  await page.waitForTimeout(300)
  const frames = after.frames - before.frames
  if (frames < MOVES / 4) throw new RangeError(`Only ${frames} frames of the drag had a mouse move`)
  const perFrame = (name: string) =>
    (((after.metrics.get(name) ?? 0) - (before.metrics.get(name) ?? 0)) * 1_000) / frames
  return {
    allMs: perFrame('TaskDuration'),
    scriptMs: perFrame('ScriptDuration'),
    styleMs: perFrame('RecalcStyleDuration'),
    layoutMs: perFrame('LayoutDuration'),
    frames,
  }
}

/** Sixty moves a second around a square. */
async function moveAround(page: Page, { x, y }: { readonly x: number; readonly y: number }, moves: number) {
  const begin = performance.now()
  const side = 10
  for (let move = 0; move < moves; move += 1) {
    const along = (move % side) * STRIDE
    const far = side * STRIDE
    const corners = [
      [along, 0],
      [far, along],
      [far - along, far],
      [0, far - along],
    ] as const
    const [dx, dy] = corners[Math.floor(move / side) % corners.length] ?? [0, 0]
    await page.mouse.move(x + dx, y + dy)
    const wait = begin + (move + 1) * FRAME_MS - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

async function readMetrics(page: Page, session: CDPSession) {
  const frames = await page.evaluate(() => Number(document.documentElement.dataset.moves))
  const { metrics } = await session.send('Performance.getMetrics')
  return { frames, metrics: new Map(metrics.map(({ name, value }) => [name, value])) }
}

// The functions below run in the page, so they use nothing outside of themselves.

/** A browser hands mouse moves over once a frame, so they count the frames with input. */
function countMoves(): void {
  let moves = 0
  const root = document.documentElement
  root.dataset.moves = '0'
  addEventListener(
    'pointermove',
    () => {
      moves += 1
      root.dataset.moves = String(moves)
    },
    true,
  )
}

/** The middle of the node that is nearest to a point. */
function findNode(to: { readonly x: number; readonly y: number }): { readonly x: number; readonly y: number } {
  const middles = [...document.querySelectorAll('.react-flow__node')].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect()
    return { x: x + width / 2, y: y + height / 2 }
  })
  const distance = (point: typeof to) => Math.hypot(point.x - to.x, point.y - to.y)
  return middles.reduce((best, next) => (distance(next) < distance(best) ? next : best))
}

function readViewport(): { readonly x: number; readonly y: number; readonly zoom: number } {
  const pane = document.querySelector('.react-flow__viewport')
  const flow = document.querySelector('.react-flow')
  if (pane === null || flow === null) throw new Error('There is no canvas')
  const { a, e, f } = new DOMMatrix(getComputedStyle(pane).transform)
  const { x, y } = flow.getBoundingClientRect()
  return { x: x + e, y: y + f, zoom: a }
}
