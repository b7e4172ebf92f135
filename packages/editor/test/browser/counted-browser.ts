import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { findChromium } from './find-chromium.ts'

/** A folder for the coverage of the pages; `npm run coverage` names one and merges what it finds there. */
const FOLDER = process.env.TENON_BROWSER_COVERAGE

/** Launches Chromium. Its pages count which code of ours they run, if a folder for that is named. */
export async function launchBrowser(): Promise<Pick<Browser, 'newPage' | 'close'>> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  return {
    close: () => browser.close(),
    newPage: async (options) => {
      const page = await browser.newPage(options)
      return FOLDER === undefined ? page : counted(page, FOLDER)
    },
  }
}

async function counted(page: Page, folder: string): Promise<Page> {
  await page.coverage.startJSCoverage({ resetOnNavigation: false })
  const close = page.close.bind(page)
  page.close = async (options) => {
    if (!page.isClosed()) write(await page.coverage.stopJSCoverage(), folder)
    await close(options)
  }
  return page
}

type Entries = Awaited<ReturnType<Page['coverage']['stopJSCoverage']>>

/** Writes each script once, with the source map inside of it, and what this page ran of it beside it. */
function write(entries: Entries, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const { url, source = '', functions } of entries) {
    if (!new URL(url).pathname.startsWith('/assets/')) continue
    const hash = createHash('sha256').update(source).digest('hex').slice(0, 16)
    const script = join(folder, `${hash}.js`)
    if (!existsSync(script)) writeFileSync(script, source)
    writeFileSync(join(folder, `${hash}.${crypto.randomUUID()}.json`), JSON.stringify(functions))
  }
}
