import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { findChromium } from './find-chromium.ts'

/** A folder for the coverage of the pages; `scripts/run/coverage.mjs` names one and merges what it finds there. */
const FOLDER = process.env.TENON_BROWSER_COVERAGE

/** Launches Chromium. Its pages count which code of ours they run, if a folder for that is named. */
export async function launchBrowser(): Promise<Pick<Browser, 'newPage' | 'close'>> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  return {
    close: () => browser.close(),
    newPage: async (options) => {
      const page = await browser.newPage(options)
      await page.addInitScript(withoutReactTracks)
      return FOLDER === undefined ? page : counted(page, FOLDER)
    },
  }
}

/**
 * Removes two functions of the console that only browsers with developer tools have. With them, React's development build
 * reports each render to the profiler and captures a stack for each element: a sixth of the work to open an editor.
 */
function withoutReactTracks(): void {
  Reflect.deleteProperty(console, 'timeStamp')
  Reflect.deleteProperty(console, 'createTask')
}

/**
 * Writes what a page has run of each chunk as `<chunk>.<any>.json` when it closes. Playwright's own coverage fetches the
 * source of each script, too, which took longer than most tests.
 */
async function counted(page: Page, folder: string): Promise<Page> {
  const session = await page.context().newCDPSession(page)
  await session.send('Profiler.enable')
  await session.send('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  const close = page.close.bind(page)
  page.close = async (options) => {
    if (!page.isClosed()) {
      const { result } = await session.send('Profiler.takePreciseCoverage')
      const chunks = result.filter(({ url }) => url.includes('/assets/'))
      await Promise.all(
        chunks.map(({ url, functions }) =>
          writeFile(join(folder, `${basename(url)}.${randomUUID()}.json`), JSON.stringify(functions)),
        ),
      )
    }
    await close(options)
  }
  return page
}
