import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page, type ViewportSize } from 'playwright'
import { findChromium } from './find-chromium.ts'

/** A folder for the coverage of the pages; `scripts/run/coverage.mjs` names one and merges what it finds there. */
const FOLDER = process.env.TENON_BROWSER_COVERAGE

/** A Chromium of a test file. */
export interface TestBrowser {
  /** Opens a page as a new person sees it, with nothing stored and no history. Its test closes it. */
  readonly newPage: (size: ViewportSize) => Promise<Page>
  readonly close: () => Promise<void>
}

/** Context and process of pages that follow each other; pages that are open at the same time share neither. */
interface Seat {
  readonly context: BrowserContext
  /** Of an empty page that stays open, and with it the process in which the next page finds the code compiled. */
  readonly session: CDPSession
}

/**
 * Launches Chromium for the pages of one server. A page gets the process of the page before it: a new process took more
 * time than most tests. Pages count which code of ours they run, if a folder for that is named.
 *
 * @param url - Of the server ({@link servePage}); what its pages store is removed when they close.
 */
export async function launchBrowser(url: string): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--process-per-site'],
  })
  const free: Seat[] = []
  return {
    close: () => browser.close(),
    newPage: async (size) => {
      const seat = free.pop() ?? (await openSeat(browser, url))
      const page = await seat.context.newPage()
      await page.setViewportSize(size)
      const close = page.close.bind(page)
      page.close = async (options) => {
        if (page.isClosed()) return
        if (FOLDER !== undefined) await writeCoverage(seat.session, FOLDER)
        await close(options)
        await resetSeat(seat, url)
        free.push(seat)
      }
      return page
    },
  }
}

async function openSeat(browser: Browser, url: string): Promise<Seat> {
  const context = await browser.newContext()
  await context.addInitScript(withoutReactTracks)
  const empty = await context.newPage()
  await empty.goto(`${url}/empty`)
  const session = await context.newCDPSession(empty)
  if (FOLDER !== undefined) {
    // Once, before the first page: code that was compiled before it is counted by function only.
    await session.send('Profiler.enable')
    await session.send('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  }
  return { context, session }
}

/** Removes all that a page can leave to the next one of its context: what it stored, and what its test has set. */
async function resetSeat({ context, session }: Seat, url: string): Promise<void> {
  await Promise.all([
    session.send('Storage.clearDataForOrigin', { origin: url, storageTypes: 'all' }),
    context.clearCookies(),
    context.clearPermissions(),
    context.setOffline(false),
    context.unrouteAll(),
  ])
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
 * Writes what has run of each chunk since the last time as `<chunk>.<any>.json`. Playwright's own coverage fetches the
 * source of each script, too, which took longer than most tests.
 */
async function writeCoverage(session: CDPSession, folder: string): Promise<void> {
  const { result } = await session.send('Profiler.takePreciseCoverage')
  // The script of a page that was closed remains for a while, without functions that have run.
  const chunks = result.filter(({ url, functions }) => url.includes('/assets/') && functions.length > 0)
  await Promise.all(
    chunks.map(({ url, functions }) =>
      writeFile(join(folder, `${basename(url)}.${randomUUID()}.json`), JSON.stringify(functions)),
    ),
  )
}
