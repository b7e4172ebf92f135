import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { root } from './paths.mjs'
import { answers, run } from './process.mjs'

// First the one without windows and toolbars, as Playwright itself prefers: a page takes a third less processor time.
const SYSTEM_NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
]

/**
 * Finds a Chromium: `CHROMIUM_PATH`, one of the system, Playwright's own; else installs Debian's when it may.
 *
 * @returns {Promise<string | null>} path of a program that starts, null when this machine cannot get one
 */
export async function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined) return starts(named) ? named : null
  const system = systemChromium()
  if (system !== null) return system
  const own = playwrightChromium()
  if (own !== null) return own
  if (process.getuid?.() === 0 && answers('apt-get', ['--version'])) {
    const install = (/** @type {readonly string[]} */ args) =>
      run('apt-get', [...args, '-qq'], { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } })
    // Debian before 13 and Ubuntu may lack the first.
    for (const name of ['chromium-headless-shell', 'chromium']) {
      console.log(`installing ${name} …`)
      try {
        await install(['update'])
        await install(['install', '-y', name])
        return systemChromium()
      } catch (error) {
        console.error(String(error))
      }
    }
  }
  return null
}

function systemChromium() {
  const directories = (process.env.PATH ?? '').split(delimiter)
  const paths = directories.flatMap((directory) => SYSTEM_NAMES.map((name) => join(directory, name)))
  return paths.find(starts) ?? null
}

function playwrightChromium() {
  try {
    const path = createRequire(`${root}/package.json`)('playwright').chromium.executablePath()
    return starts(path) ? path : null
  } catch {
    return null
  }
}

// Not only there: Ubuntu's `chromium-browser` is a script that asks for a snap.
/** @param {string} program */
function starts(program) {
  return answers(program, ['--version'])
}
