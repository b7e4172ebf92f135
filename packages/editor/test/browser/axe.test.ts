import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { violationsOn } from './axe-violations.ts'
import { launchBrowser, type TestBrowser } from './counted-browser.ts'
import { servePage } from './serve-page.ts'

let browser: TestBrowser
let served: Awaited<ReturnType<typeof servePage>>
let page: Page

beforeAll(async () => {
  served = await servePage()
  browser = await launchBrowser(served.url)
}, 240_000)
afterEach(() => page.close())
afterAll(async () => {
  await browser?.close()
  served?.close()
})

/** Shows whole panels: axe takes what is scrolled out of view for hidden, and does not judge its colors. */
const HEIGHT = 2_000

async function open(url: string, ready: string, width: number): Promise<void> {
  page = await browser.newPage({ width, height: HEIGHT })
  page.setDefaultTimeout(20_000)
  await page.goto(url)
  await page.locator(ready).first().waitFor()
}

const openEditor = (query: string, ready = '.tn-card', width = 1440) => open(`${served.url}/?${query}`, ready, width)
const openRuns = (query: string, ready: string, width = 1440) =>
  open(`${served.url}/runs-page/index.html?${query}`, ready, width)

describe.each(['light', 'dark'])('axe finds nothing wrong, %s', (theme) => {
  const violations = () => violationsOn(page, theme === 'light' ? 'all' : 'colors')

  test('with a loop in a run and its node in the inspector', async () => {
    await openRuns(`log=loop&theme=${theme}`, '.tn-loop')
    await page.getByRole('article', { name: /^Charge the card,/ }).click()
    await page.locator('.tn-inspect-items').waitFor()
    expect(await violations()).toEqual([])
  })

  test('with an editor and nothing selected', async () => {
    await openEditor(`document=ticket&theme=${theme}`)
    expect(await violations()).toEqual([])
  })

  test('with an editor and each tab of the inspector', async () => {
    await openEditor(`document=chain&theme=${theme}`)
    await page.getByRole('article', { name: /^Alpha/ }).click()
    for (const tab of ['Setup', 'Policy', 'Input']) {
      await page.getByRole('tab', { name: tab }).click()
      await page.getByRole('tabpanel', { name: tab }).waitFor()
      expect(await violations(), tab).toEqual([])
    }
  })

  test('with several nodes and an edge selected', async () => {
    await openEditor(`document=chain&theme=${theme}`)
    await page.getByRole('application', { name: 'Canvas' }).press('ControlOrMeta+a')
    await page.getByRole('complementary', { name: 'Inspector' }).getByText('3 nodes').first().waitFor()
    expect(await violations()).toEqual([])
  })

  test('with problems, the list of keys and the list of node types open', async () => {
    await openEditor(`document=faulty&theme=${theme}`)
    await page.getByRole('button', { name: /problem/ }).click()
    await page.getByRole('dialog', { name: 'Problems' }).waitFor()
    expect(await violations(), 'problems').toEqual([])
    await page.keyboard.press('Escape')
    const canvas = page.getByRole('application', { name: 'Canvas' })
    await canvas.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    expect(await violations(), 'keys').toEqual([])
    await page.keyboard.press('Escape')
    await canvas.press('/')
    await page.getByRole('dialog', { name: 'Add a node' }).waitFor()
    expect(await violations(), 'node types').toEqual([])
  })

  test('with an empty editor, one to be read only, and the outline', async () => {
    await openEditor(`document=empty&theme=${theme}`, '.tn-canvas-empty')
    expect(await violations(), 'empty').toEqual([])
    await page.close()
    await openEditor(`document=ticket&read-only&theme=${theme}`)
    expect(await violations(), 'read only').toEqual([])
    await page.getByRole('application', { name: 'Canvas' }).press('o')
    await page.getByRole('region', { name: 'Outline' }).waitFor()
    expect(await violations(), 'outline').toEqual([])
  })

  test('on a phone, with the outline and with a node', async () => {
    await openEditor(`document=ticket&theme=${theme}`, '.tn-outline', 390)
    expect(await violations(), 'outline').toEqual([])
    await page
      .getByRole('button', { name: /Check policy/ })
      .first()
      .click()
    await page.getByRole('complementary', { name: 'Inspector' }).waitFor()
    expect(await violations(), 'node').toEqual([])
  })

  test.each(['escalated', 'failed', 'paused', 'waiting', 'parked'])('with the run "%s"', async (log) => {
    await openRuns(`log=${log}&theme=${theme}`, '.tn-timeline-row')
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: HEIGHT })
      for (const tab of await page.locator('.tn-dock').getByRole('tab').all()) {
        await tab.click()
        expect(await violations(), `${width} px, ${await tab.textContent()}`).toEqual([])
      }
    }
  })

  test('with the list of runs and the inboxes', async () => {
    await openRuns(`view=list&theme=${theme}`, '.tn-runs-row')
    expect(await violations(), 'list').toEqual([])
    await page.close()
    await openRuns(`view=inbox&theme=${theme}`, '.tn-approval')
    expect(await violations(), 'inbox').toEqual([])
    await page.close()
    await openRuns(`view=parked&theme=${theme}`, '.tn-parked-item')
    expect(await violations(), 'parked').toEqual([])
  })
})
