import type { Locator, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser, type TestBrowser } from './counted-browser.ts'
import { servePage } from './serve-page.ts'

/** The page with one or more editors, as a person's hands meet it. */
export interface EditorPage {
  readonly page: Page
  readonly canvas: Locator
  readonly inspector: Locator
  readonly palette: Locator
  /** Code field of the inspector, once its editor has loaded. */
  readonly codeField: (name: string) => Locator
  readonly card: (name: string) => Locator
  readonly handle: (card: string, port: string) => Locator
  readonly edges: () => Promise<readonly string[]>
  readonly names: () => Promise<readonly string[]>
  readonly dragTo: (from: Locator, to: Locator | { x: number; y: number }) => Promise<void>
}

interface OpenOptions {
  readonly document?:
    | 'empty'
    | 'chain'
    | 'parted'
    | 'tangled'
    | 'large'
    | 'hundred'
    | 'faulty'
    | 'ticket'
    | 'ticket-words'
    | 'loop'
    | 'loop-none'
  readonly editors?: number
  readonly query?: string
  readonly width?: number
  readonly height?: number
}

/** Serves the page once for a test file; each test opens it anew, and must leave no error behind. */
export function editorSuite(): { readonly open: (options?: OpenOptions) => Promise<EditorPage> } {
  let browser: TestBrowser
  let served: Awaited<ReturnType<typeof servePage>>
  const faults: string[] = []
  const pages: Page[] = []
  beforeAll(async () => {
    served = await servePage()
    browser = await launchBrowser(served.url)
  }, 120_000)
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()))
    expect(faults.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })
  const open = async (options: OpenOptions = {}): Promise<EditorPage> => {
    const { document = 'chain', editors = 1, query = '', width = 1440, height = 900 } = options
    const page = await browser.newPage({ width, height })
    pages.push(page)
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => faults.push(String(error.stack ?? error)))
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text())
    })
    await page.goto(`${served.url}/?document=${document}&editors=${editors}&${query}`)
    await page.locator('.tn-frame').first().waitFor()
    if (width >= 640 && document !== 'empty') await page.locator('.tn-card').first().waitFor()
    return pageOf(page)
  }
  return { open }
}

function pageOf(page: Page): EditorPage {
  const canvas = page.getByRole('application', { name: 'Canvas' })
  const card = (name: string) => canvas.getByRole('article', { name: new RegExp(`^${name},`) })
  const value = <Result>(read: (editor: Window['editors'][number]) => Result) =>
    page.evaluate(`(${String(read)})(window.editors[0])`) as Promise<Result>
  return {
    page,
    canvas,
    card,
    inspector: page.getByRole('complementary', { name: 'Inspector' }),
    codeField: (name) =>
      page
        .getByRole('complementary', { name: 'Inspector' })
        .getByRole('textbox', { name })
        .and(page.locator('.cm-content')),
    palette: page.getByRole('complementary', { name: 'Node types' }),
    handle: (name, port) => card(name).locator(`.react-flow__handle[data-handleid="${port}"]`),
    edges: () => value((editor) => editor.value.edges.map((edge) => edge.id).sort()),
    names: () => value((editor) => editor.value.nodes.map((node) => node.name).sort()),
    dragTo: async (from, to) => {
      const start = centerOf(await from.boundingBox())
      const end = 'x' in to ? to : centerOf(await to.boundingBox())
      await page.mouse.move(start.x, start.y)
      await page.mouse.down()
      await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 6 })
      await page.mouse.move(end.x, end.y, { steps: 6 })
      await page.mouse.up()
    },
  }
}

export function centerOf(box: { x: number; y: number; width: number; height: number } | null) {
  if (box === null) throw new Error('It is not on the page')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
