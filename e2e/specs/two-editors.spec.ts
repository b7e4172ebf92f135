import type { Locator, Page } from '@playwright/test'
import type { TenonClient } from '@tenon/core/client'
import { newGreeting } from '../fixtures/drafts.ts'
import { penOf } from '../fixtures/draw.ts'
import { type BuiltPage, buildPage, openPage } from '../fixtures/page-of-ours.ts'
import { ACME, tokenFor } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

let built: BuiltPage

test.beforeAll(async () => {
  built = await buildPage('two-editors')
})

test.describe('two editors on one page', () => {
  test('leave the looks, the focus and the ids of the host alone', async ({ openAs, clientOf, host }) => {
    const { page, show } = await openBoth(await openAs(ACME.admin), clientOf(ACME.admin), host.url)
    await page.getByRole('button', { name: 'Show automations' }).focus()
    const before = await looksOf(page)
    await show()
    await expect(page.getByRole('button', { name: 'Show automations' })).toBeFocused()
    expect(await looksOf(page)).toEqual(before)
    expect(await page.title()).toBe('Hearth support desk')
    const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id))
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('have a selection, keys and an undo history of their own', async ({ openAs, clientOf, host }) => {
    const client = clientOf(ACME.admin)
    const { page, show, first, second, workflowIds } = await openBoth(await openAs(ACME.admin), client, host.url)
    await show()
    const names = async () => [await namesIn(first), await namesIn(second)]
    await penOf(page, first).select('Greeting')
    await penOf(page, second).select('End')
    await canvasOf(second).press('Delete')
    await expect.poll(names).toEqual([ALL, ['Greeting', 'Start']])
    await expect(penOf(page, first).card('Greeting')).toHaveAttribute('data-selected', 'true')
    await canvasOf(first).press('ControlOrMeta+z')
    await expect(first.getByRole('button', { name: 'Undo' })).toBeDisabled()
    expect(await names()).toEqual([ALL, ['Greeting', 'Start']])
    await canvasOf(first).press('Delete')
    await expect.poll(names).toEqual([
      ['End', 'Start'],
      ['Greeting', 'Start'],
    ])
    await canvasOf(second).press('ControlOrMeta+z')
    await expect.poll(names).toEqual([['End', 'Start'], ALL])

    const search = page.getByRole('textbox', { name: 'Search orders' })
    await search.fill('late')
    for (const key of ['Backspace', 'd', '/', '?', 'ControlOrMeta+z', 'ControlOrMeta+a', 'Delete'])
      await search.press(key)
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    for (const key of ['Delete', 'd', '/', '?', 'ControlOrMeta+z']) await page.keyboard.press(key)
    await expect(page.getByRole('dialog')).toHaveCount(0)
    expect(await names()).toEqual([['End', 'Start'], ALL])
    for (const region of [first, second]) await expect(region.getByText('Saved', { exact: true })).toBeVisible()
    const stored = await Promise.all(workflowIds.map(async (id) => (await client.drafts.get(id)).document.nodes))
    expect(stored.map((nodes) => nodes.map(({ name }) => name).sort())).toEqual([['End', 'Start'], ALL])
  })

  test('open dialogs of their own, and give the focus back', async ({ openAs, clientOf, host }) => {
    const { page, show, first, second } = await openBoth(await openAs(ACME.admin), clientOf(ACME.admin), host.url)
    await show()
    await canvasOf(first).focus()
    const before = await looksOf(page)
    await first.getByRole('button', { name: 'Publish', exact: true }).click()
    await expect(first.getByRole('dialog', { name: 'Publish a version' })).toBeVisible()
    await expect(second.getByRole('dialog')).toHaveCount(0)
    expect(await looksOf(page)).toEqual(before)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(first.getByRole('button', { name: 'Publish', exact: true })).toBeFocused()

    await canvasOf(second).press('/')
    await expect(second.getByRole('dialog', { name: 'Add a node' }).getByRole('combobox')).toBeFocused()
    await expect(first.getByRole('dialog')).toHaveCount(0)
    await page.keyboard.type('delay')
    await page.keyboard.press('Enter')
    await expect(penOf(page, second).card('Delay')).toBeVisible()
    expect(await namesIn(first)).toEqual(ALL)
    expect(await looksOf(page)).toEqual(before)
  })
})

const ALL = ['End', 'Greeting', 'Start']

async function openBoth(page: Page, client: TenonClient, hostUrl: string) {
  await page.setViewportSize({ width: 1440, height: 1440 })
  const workflowIds = [await newGreeting(client, 'The first'), await newGreeting(client, 'The second')] as const
  const token = await tokenFor(hostUrl, ACME.admin)
  await openPage(page, hostUrl, built, { token, first: workflowIds[0], second: workflowIds[1] })
  const first = page.getByRole('region', { name: 'The first automation' })
  const second = page.getByRole('region', { name: 'The second automation' })
  const show = async () => {
    await page.getByRole('button', { name: 'Show automations' }).press('Enter')
    for (const region of [first, second]) {
      await expect(penOf(page, region).card('Greeting')).toBeVisible()
      await expect(region.getByText('Saved', { exact: true })).toBeVisible()
    }
  }
  return { page, show, first, second, workflowIds }
}

function canvasOf(region: Locator): Locator {
  return region.getByRole('application', { name: 'Canvas' })
}

async function namesIn(region: Locator): Promise<readonly string[]> {
  return (await region.locator('.tn-card-title b').allTextContents()).sort()
}

/** All computed styles of the host's own elements, and what of the page around them an editor could lock or paint. */
function looksOf(page: Page) {
  return page.evaluate(() => {
    const stylesOf = (element: Element, names?: readonly string[]) => {
      const style = getComputedStyle(element)
      return Object.fromEntries((names ?? [...style]).map((name) => [name, style.getPropertyValue(name)]))
    }
    const own = [...document.querySelectorAll('[data-host], [data-host] *')].map((element) => stylesOf(element))
    const page = [
      'overflow',
      'position',
      'font',
      'color',
      'background',
      'margin',
      'padding',
      'cursor',
      'pointer-events',
    ]
    return {
      own,
      page: [document.documentElement, document.body].map((element) => ({
        styles: stylesOf(element, page),
        attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      })),
    }
  })
}
