import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright'

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** `CHROMIUM_PATH`, else a Chromium of the system, else Playwright's own. */
export function findChromium(): string {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined) return named
  const system = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => NAMES.map((name) => join(directory, name)))
  return system.find((path) => existsSync(path)) ?? chromium.executablePath()
}
