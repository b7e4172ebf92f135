import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from './counted-browser.ts'
import { servePage } from './serve-page.ts'

let browser: TestBrowser
let served: Awaited<ReturnType<typeof servePage>>
let page: Page
const faults: string[] = []

beforeAll(async () => {
  served = await servePage('runs-page')
  browser = await launchBrowser(served.url)
}, 120_000)
afterEach(async () => {
  await page.close()
  expect(faults.splice(0)).toEqual([])
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
})

async function open(query: string, width = 1440): Promise<Page> {
  page = await browser.newPage({ width, height: 900 })
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => faults.push(String(error.stack ?? error)))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  await page.goto(`${served.url}/?${query}`)
  await page.locator('.tenon').waitFor()
  return page
}

const card = (name: string) => page.getByRole('article', { name: new RegExp(`^${name},`) })
const row = (name: string) => page.getByRole('option', { name: new RegExp(`^${name} `) })
const push = (log: string, from: number, to?: number) =>
  page.evaluate(`window.fixture.push(...window.logs['${log}'].slice(${from}${to === undefined ? '' : `, ${to}`}))`)
const statusOf = async (name: string) => {
  await card(name).waitFor()
  return card(name).getAttribute('data-status')
}

describe('a document that was read', () => {
  const marks = () => page.locator('.tn-sheet .tn-mark')
  const chosen = () => page.locator('.tn-mark[data-chosen]').first().getAttribute('aria-label')
  /** Counts the pixels of the page that are not white. */
  const inkOf = () =>
    page
      .locator('.tn-sheet canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
        let ink = 0
        for (let index = 0; index < data.length; index += 4)
          if ((data[index] ?? 255) < 128 && data[index + 3] === 255) ink += 1
        return ink
      })

  test('shows the pages of a PDF with boxes, which choose their values and are chosen by them', async () => {
    await open('view=document')
    await expect.poll(inkOf).toBeGreaterThan(100)
    expect(await marks().count()).toBe(7)
    await page.getByRole('option', { name: /Northwind/ }).click()
    expect(await chosen()).toBe('Supplier: Northwind Traders')
    await marks().nth(2).click()
    expect(await page.getByRole('option', { selected: true }).textContent()).toContain('2026-11-03')
    expect(await page.getByRole('option', { selected: true }).textContent()).toContain('Confidence: 71%')
    await page.getByRole('listbox').press('ArrowDown')
    expect(await chosen()).toBe('Paid: Selected')
    await page.getByRole('listbox').press('End')
    expect(await chosen()).toBe('Reference: Empty')
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByText('Page 2 of 3').waitFor()
    await page.getByText('Nothing of this kind was read on this page.').waitFor()
    await page.getByRole('radio', { name: 'Tables' }).check({ force: true })
    expect(await page.getByRole('option').allTextContents()).toHaveLength(4)
    await page.getByRole('button', { name: 'Show larger' }).click()
    await page.getByRole('dialog', { name: 'invoice-2026-11.pdf' }).getByText('Page 1 of 3').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    // The same file among the files of the value.
    await page.getByRole('button', { name: 'Show invoice-2026-11.pdf' }).click()
    await page.locator('.tn-pdf').getByText('Page 1 of 3').waitFor()
  })

  test('shows the boxes of a document whose file cannot be read, or is not known', async () => {
    await open('view=document&file=broken')
    await page.getByText('The page cannot be shown here. The boxes show where the values are.').waitFor()
    expect(await marks().count()).toBe(7)
    await page.goto(`${served.url}/?view=document&file=none`)
    await page.getByText('The page cannot be shown here.').waitFor()
    expect(await marks().count()).toBe(7)
  })
})

describe('RunViewer', () => {
  test('lights the cards up as the run goes on', async () => {
    await open('log=escalated&count=5')
    await expect.poll(() => statusOf('Analyze ticket')).toBe('running')
    expect(await statusOf('Create ticket')).toBeNull()
    await push('escalated', 5, 25)
    await expect.poll(() => statusOf('Analyze ticket')).toBe('success')
    await expect.poll(() => statusOf('Create ticket')).toBe('running')
    expect(await statusOf('Manual review')).toBe('skipped')
    await push('escalated', 25)
    await expect.poll(() => statusOf('Create ticket')).toBe('success')
    await page.getByText('Completed · 4.43 s').waitFor()
    expect(await page.getByRole('button', { name: 'Cancel run' }).count()).toBe(0)
  })

  test('asks before it cancels, with the harmless answer at hand', async () => {
    await open('log=escalated&count=5')
    await page.getByRole('button', { name: 'Cancel run' }).click()
    const dialog = page.getByRole('dialog', { name: 'Cancel this run?' })
    await dialog.waitFor()
    const hasFocus = (element: Element) => element.matches(':focus')
    expect(await dialog.getByRole('button', { name: 'Keep it running' }).evaluate(hasFocus)).toBe(true)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => page.getByRole('button', { name: 'Cancel run' }).evaluate(hasFocus)).toBe(true)
  })

  test('keeps its dialog open while it cancels, whatever tries to close it', async () => {
    await open('log=escalated&count=5')
    await page.evaluate(
      'window.fixture.client.runs.cancel = () => new Promise((resolve) => { window.answer = resolve })',
    )
    await page.getByRole('button', { name: 'Cancel run' }).click()
    const dialog = page.getByRole('dialog', { name: 'Cancel this run?' })
    await dialog.getByRole('button', { name: 'Cancel run' }).click()
    expect(await dialog.getByRole('button', { name: 'Keep it running' }).isDisabled()).toBe(true)
    expect(await dialog.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true)
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape')
    await page.mouse.click(10, 400)
    expect(await dialog.isVisible()).toBe(true)
    await dialog.evaluate((element: HTMLDialogElement) => element.close())
    await dialog.waitFor()
    await page.evaluate('window.answer()')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Cancellation requested').first().waitFor()
  })

  test('pauses and resumes by the keyboard, keeps the focus, and shows the pause in header and timeline', async () => {
    await open('log=paused&count=-2')
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    const hasFocus = (element: Element) => element.matches(':focus')
    await button('Pause').focus()
    await page.keyboard.press('Enter')
    await page.getByText('Pause requested').first().waitFor()
    await push('paused', -2)
    await page.getByText(/^Paused by Mina Kaur since .* · 1 node is still running$/).waitFor()
    expect(await button('Resume').evaluate(hasFocus)).toBe(true)
    const band = page.locator('.tn-timeline-paused')
    const [pause, bar] = [await band.boundingBox(), await row('Create ticket').locator('[data-open]').boundingBox()]
    expect(pause?.x ?? 0).toBeGreaterThan(bar?.x ?? 0)
    await page.keyboard.press('Enter')
    await page.getByText('Resume requested').first().waitFor()
  })

  test('shows the same node on canvas, timeline and inspector', async () => {
    await open('log=escalated')
    await row('Create ticket').click()
    await page.getByRole('heading', { name: 'Create ticket' }).waitFor()
    await expect.poll(() => card('Create ticket').getAttribute('data-selected')).not.toBeNull()
    await card('Log to CRM').click()
    await page.getByRole('heading', { name: 'Log to CRM' }).waitFor()
    await expect.poll(() => row('Log to CRM').getAttribute('aria-selected')).toBe('true')
  })

  test('goes back in time by keyboard, everywhere at once', async () => {
    await open('log=escalated')
    await expect.poll(() => statusOf('Create ticket')).toBe('success')
    const slider = page.getByRole('slider', { name: 'Position in the run' })
    await slider.focus()
    await page.keyboard.press('Home')
    await page.getByText('Event 1 of 32').waitFor()
    await expect.poll(() => statusOf('Create ticket')).toBeNull()
    await page.getByText('Nothing has started yet').waitFor()
    await page.keyboard.press('End')
    await expect.poll(() => statusOf('Create ticket')).toBe('success')
  })

  test('asks for a decision and goes on with it', async () => {
    await open('log=waiting')
    await page.getByLabel('Comment').fill('Not before the parcel is found')
    await page.getByRole('button', { name: 'Reject', exact: true }).click()
    await expect
      .poll(() => page.evaluate('window.fixture.calls.find((call) => call.name === "approvals.decide")?.args'))
      .toEqual(['apr-1', { choice: 'reject', comment: 'Not before the parcel is found' }])
    await push('rejected', 15)
    await expect.poll(() => statusOf('Rejected')).toBe('success')
  })

  test('leads from the failure to its node', async () => {
    await open('log=failed')
    await page.getByRole('button', { name: 'Show Create ticket' }).click()
    await page.getByText('Failed: 503 from the help desk').first().waitFor()
    expect(await statusOf('Create ticket')).toBe('failed')
  })

  test('fits a phone without scrolling sideways', async () => {
    await open('log=waiting', 390)
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    const overflow = await page.evaluate(
      'document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth',
    )
    expect(overflow).toBe(0)
    const frameOverflow = () =>
      page.locator('.tn-run-frame').evaluate((element) => element.scrollWidth - element.clientWidth)
    expect(await frameOverflow()).toBe(0)
    // The line below the timeline then describes the node, which is longer than the screen is wide.
    await page.locator('.tn-timeline-row').first().click()
    await page.locator('.tn-timeline-foot > .tn-truncate:not([data-hint])').waitFor()
    expect(await frameOverflow()).toBe(0)
  })

  test('on a phone names the workflow once, and has the scrubber below the canvas', async () => {
    await open('log=escalated', 390)
    await page.getByText('Trace', { exact: true }).waitFor()
    expect(await page.getByRole('heading', { name: 'Support ticket router' }).count()).toBe(1)
    const canvas = await page.locator('.tn-run-canvas > .tn-canvas').boundingBox()
    const scrubber = await page.locator('.tn-scrubber').boundingBox()
    expect((canvas?.y ?? 0) + (canvas?.height ?? 0)).toBeLessThanOrEqual(scrubber?.y ?? 0)
    expect(canvas?.height).toBeGreaterThanOrEqual(240)
  })
})

describe('Dialog', () => {
  test('holds the focus, closes on Escape, and gives the focus back', async () => {
    await open('view=dialog')
    const publish = page.getByRole('button', { name: 'Publish', exact: true })
    await publish.click()
    const dialog = page.getByRole('dialog', { name: 'Publish version 5' })
    await dialog.getByLabel('Notes').fill('Better wording')
    await page.evaluate("document.getElementById('host-button').focus()")
    expect(await page.evaluate('document.activeElement?.id')).not.toBe('host-button')
    expect(await page.evaluate('document.body.getAttribute("style")')).toBeNull()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await publish.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  test('closes by a click beside it', async () => {
    await open('view=dialog')
    await page.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.mouse.click(10, 400)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
})

test('the inbox decides in place', async () => {
  await open('view=inbox')
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await page.getByText('Ada Obi').waitFor()
})

describe('a loop in a run', () => {
  const stepper = () => card('Each order').getByRole('group', { name: 'Items of Each order' })
  const shown = () => stepper().locator('.tn-stepper-item').textContent()

  test('shows the item that runs, then the first that failed, and each item on request', async () => {
    await open('log=loop-running')
    await expect.poll(() => statusOf('Each order')).toBe('running')
    await expect.poll(shown).toBe('Item 8 of 12')
    expect(await statusOf('Charge the card')).toBe('running')
    await page.close()

    await open('log=loop')
    await expect.poll(shown).toBe('Item 5 of 12')
    expect(await statusOf('Charge the card')).toBe('failed')
    await card('Charge the card').getByText('503 for O-5').waitFor()
    await stepper().getByRole('button', { name: '2 failed · next' }).click()
    await card('Charge the card').getByText('503 for O-10').waitFor()
    await stepper().getByRole('button', { name: 'Next item' }).click()
    await expect.poll(shown).toBe('Item 11 of 12')
    expect([await statusOf('Charge the card'), await statusOf('Send the receipt')]).toEqual(['success', 'success'])

    // The inspector shows the same item, and its stepper moves the cards.
    await card('Charge the card').click()
    const inspector = page.getByRole('complementary', { name: 'Node run' })
    await inspector.getByRole('tab', { name: 'Input' }).click()
    await inspector.getByText('O-11').first().waitFor()
    await inspector.getByRole('button', { name: 'Previous item' }).click()
    await inspector.getByText('O-10').first().waitFor()
    await expect.poll(shown).toBe('Item 10 of 12')

    // A row of the timeline chooses its item.
    await page.getByRole('option', { name: /^Item 9 · Send the receipt / }).click()
    await expect.poll(shown).toBe('Item 9 of 12')
    await inspector.getByRole('heading', { name: 'Send the receipt' }).waitFor()
  })

  test('lists only the shown item of a long loop', async () => {
    await open('log=loop-long')
    await expect.poll(shown).toBe('Item 5 of 80')
    const rows = () =>
      page.getByRole('option').evaluateAll((list) => list.map((each) => each.textContent?.split(' · ')[0]))
    await expect.poll(rows).toEqual(['Begin', 'Each order', 'Item 5', 'Finish'])
    await stepper().getByRole('button', { name: 'Next item' }).click()
    await expect.poll(rows).toEqual(['Begin', 'Each order', 'Item 6', 'Item 6', 'Finish'])
    await page.getByRole('tablist', { name: 'Views of the run' }).getByRole('tab', { name: 'Log' }).click()
    await page.getByText('Item 6 · Send the receipt').first().waitFor()
    expect(await page.getByText('Item 7 · Send the receipt').count()).toBe(0)
  })
})
