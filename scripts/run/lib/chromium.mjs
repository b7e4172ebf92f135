import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { root } from './paths.mjs'
import { answers, run } from './process.mjs'

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/**
 * Finds a Chromium: `CHROMIUM_PATH`, one of the system, Playwright's own; else installs Debian's when it may.
 *
 * @returns {Promise<string | null>} path of the program, null when this machine cannot get one
 */
export async function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined) return existsSync(named) ? named : null
  const system = systemChromium()
  if (system !== null) return system
  const own = playwrightChromium()
  if (own !== null) return own
  if (process.getuid?.() === 0 && answers('apt-get', ['--version'])) {
    console.log('installing chromium …')
    try {
      await run('apt-get', ['update', '-qq'], { quiet: true })
      await run('apt-get', ['install', '-y', '-qq', 'chromium'], { quiet: true })
    } catch (error) {
      console.error(String(error))
    }
    return systemChromium()
  }
  return null
}

function systemChromium() {
  for (const directory of (process.env.PATH ?? '').split(':')) {
    for (const name of SYSTEM_NAMES) {
      if (existsSync(`${directory}/${name}`)) return `${directory}/${name}`
    }
  }
  return null
}

function playwrightChromium() {
  try {
    const path = createRequire(`${root}/package.json`)('playwright').chromium.executablePath()
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}
