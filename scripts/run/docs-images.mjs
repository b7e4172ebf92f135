// `npm run docs:images`: makes the pictures of docs/images anew, from the demo as it is now.
//
// `npm run docs:images editor run-light-1440` makes those whose names begin so.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright'
import { freePort } from '../lib/free-port.mjs'
import { buildExample, buildPackages } from './lib/build.mjs'
import { findChromium } from './lib/chromium.mjs'
import { picturesNamed } from './lib/docs-pictures.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'

const HEIGHTS = new Map([
  [1440, 900],
  [1024, 768],
  [390, 844],
])

const pictures = chosenPictures()
await ensureInstalled()
await buildPackages({ declarations: false })
await buildExample()
const executablePath = await findChromium()
if (executablePath === null) {
  console.error('No Chromium: set CHROMIUM_PATH, or install one.')
  process.exit(1)
}

const dataDirectory = mkdtempSync(join(tmpdir(), 'tenon-images-'))
/** @type {Awaited<ReturnType<typeof startDemo>> | null} */
let demo = null
/** @type {import('playwright').Browser | null} */
let browser = null
try {
  demo = await startDemo()
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  for (const { name, width, theme, show } of pictures) {
    const context = await browser.newContext({
      viewport: { width, height: HEIGHTS.get(width) ?? 900 },
      hasTouch: width < 640,
      reducedMotion: 'reduce',
      locale: 'en-US',
      timezoneId: 'UTC',
    })
    await context.addInitScript((mode) => {
      sessionStorage.setItem('hearth-user', 'ana')
      localStorage.setItem('hearth-theme', mode)
    }, theme)
    const page = await context.newPage()
    await show({ page, url: demo.url })
    // A pointer over a card would draw it as hovered.
    await page.mouse.move(0, 0)
    await page.screenshot({ path: join(root, 'docs/images', `${name}.png`), animations: 'disabled', caret: 'hide' })
    await context.close()
    console.log(`docs/images/${name}.png`)
  }
} finally {
  await browser?.close()
  await demo?.end()
  rmSync(dataDirectory, { recursive: true, force: true })
}

/** Returns the pictures that the arguments name. */
function chosenPictures() {
  try {
    return picturesNamed(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

/** Starts the demo with data of its own. */
async function startDemo() {
  const port = String(await freePort())
  const child = spawn(process.execPath, [join(root, 'examples/host-app/dist/server.js')], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: port,
      TENON_DATA_DIR: dataDirectory,
      TENON_ENGINE: 'embedded',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length))
    })
    void exited.then((code) => reject(new Error(`the demo ended with ${code} before it was ready`)))
  })
  return { url, end: stop }
}
