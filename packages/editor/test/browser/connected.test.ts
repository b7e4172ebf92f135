import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FIELDS_DOCUMENT } from '../fixtures/fields-document.ts'
import { violationsOn } from './axe-violations.ts'
import { launchBrowser, type TestBrowser } from './counted-browser.ts'
import { createDraftServer, type DraftServer } from './draft-server.ts'
import { servePage } from './serve-page.ts'

let browser: TestBrowser
let served: Awaited<ReturnType<typeof servePage>>
let server: DraftServer
const pages: Page[] = []

beforeAll(async () => {
  served = await servePage('connected-page', (request, response) => server.handle(request, response))
  browser = await launchBrowser(served.url)
}, 120_000)
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.close()))
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
})

async function open(width = 1440) {
  server = createDraftServer(FIELDS_DOCUMENT)
  const page = await browser.newPage({ width, height: 900 })
  pages.push(page)
  page.setDefaultTimeout(20_000)
  const said: string[] = []
  page.on('console', (message) => message.type() === 'warning' && said.push(message.text()))
  await page.goto(`${served.url}/`)
  await page.getByText('Saved', { exact: true }).waitFor()
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  const select = (name: string) =>
    page
      .getByRole('application', { name: 'Canvas' })
      .getByRole('article', { name: new RegExp(`^${name},`) })
      .click()
  const nodeOf = (id: string) => server.document().nodes.find((node) => node.id === id)
  return { page, said, inspector, select, nodeOf }
}

describe('an editor whose server has no sockets', () => {
  test('says so, saves what is typed and shows what others do', async () => {
    const { page, said, inspector, select, nodeOf } = await open()
    await page.getByText('Live cursors unavailable').waitFor()
    expect(await page.getByText(/no longer change|Connecting/).count()).toBe(0)
    const [event] = await page.evaluate(() =>
      window.events.flatMap((each) => (each.type === 'connection' ? [`${each.transport} ${each.error?.remedy}`] : [])),
    )
    expect(event).toMatch(/^http .*attachWebSockets/)
    expect(said.join()).toContain('attachWebSockets')
    await select('a')
    await inspector.getByRole('textbox', { name: 'Name of the node' }).fill('Alpha')
    await expect.poll(() => nodeOf('a')?.name).toBe('Alpha')
    await page.getByText('Saved', { exact: true }).waitFor()
    server.rename('c', 'Renamed by Bo')
    await page.getByRole('article', { name: /^Renamed by Bo,/ }).waitFor()
  })
})

/** Returns the pairs of controls of the inspector of which Tab visits the second one next, although it is shown before. */
function misplaced(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const FOCUSABLE = 'input, select, textarea, button, [contenteditable="true"]'
    const controls = [...document.querySelectorAll<HTMLElement>(`.tn-inspector :is(${FOCUSABLE})`)]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => box.width > 0 && element.tabIndex >= 0)
    return controls.slice(1).flatMap(({ element, box }, index) => {
      const before = controls[index]
      if (before === undefined) return []
      const isBelow = box.top >= before.box.bottom - 1
      const isBeside = box.left >= before.box.right - 1 && box.bottom > before.box.top
      return isBelow || isBeside ? [] : [`${before.element.outerHTML} | ${element.outerHTML}`]
    })
  })
}

describe('the fields of a node', () => {
  test.each(['start', 'a', 'c'])('of %s are visited by Tab in the order in which they are shown', async (name) => {
    const { page, inspector, select } = await open()
    await select(name)
    await inspector.locator('[data-inspector-form] .cm-content, [data-inspector-form] .tn-schema-row').first().waitFor()
    expect(await misplaced(page)).toEqual([])
    await inspector.getByRole('tab', { name: 'Policy' }).click()
    await inspector.getByRole('tab', { name: 'Policy', selected: true }).waitFor()
    expect(await misplaced(page)).toEqual([])
  })
})

describe('the top bar on a phone', () => {
  test('leaves room for the name beside problems, buttons and a lost connection, and cuts none off', async () => {
    const { page } = await open(390)
    server.spoil('a')
    await page.getByRole('button', { name: '1 problem', exact: true }).waitFor()
    const widths = () =>
      page.evaluate(() => {
        const bar = document.querySelector('.tn-topbar')
        const name = document.querySelector('.tn-topbar h1')
        return { name: name?.getBoundingClientRect().width, cut: (bar?.scrollWidth ?? 0) - (bar?.clientWidth ?? 0) }
      })
    for (const isOffline of [false, true]) {
      await page.context().setOffline(isOffline)
      await page.locator(`.tn-sync[data-sync="${isOffline ? 'offline' : 'saved'}"]`).waitFor()
      const { name, cut } = await widths()
      expect(name).toBeGreaterThanOrEqual(72)
      expect(cut).toBe(0)
    }
  })
})

describe('a workflow that another person deletes', () => {
  test('is restored on its page, also after a reload, and can be changed again', async () => {
    const { page, inspector, select, nodeOf } = await open()
    server.remove()
    await page.getByText('Workflow deleted', { exact: true }).waitFor()
    expect(await page.getByRole('region', { name: 'Notifications' }).count()).toBe(0)
    await page.reload()
    await page.getByText('Workflow deleted', { exact: true }).waitFor()
    // The page requests the workflow again after two seconds, and finds that it is still deleted.
    await page.waitForResponse((response) => new URL(response.url()).pathname === '/api/workflows/wf')
    await page.getByText('Workflow deleted', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    await select('a')
    await inspector.getByRole('textbox', { name: 'Name of the node' }).fill('After it')
    await expect.poll(() => nodeOf('a')?.name).toBe('After it')
  })
})

describe('content that cannot be read', () => {
  test('is listed as a problem, and is restored from the version that has it or removed', async () => {
    const { page, nodeOf } = await open()
    const before = server.document()
    server.spoil('a')
    server.spoil('unknown')
    await page.getByRole('button', { name: /^\d+ problems$/ }).click()
    const problems = page.getByRole('dialog', { name: 'Problems' })
    await problems.getByText('Node a cannot be read: it is not a node').waitFor()
    const unknown = problems.getByRole('listitem').filter({ hasText: 'Node unknown cannot be read' })
    expect(await unknown.getByRole('button', { name: /Restore/ }).count()).toBe(0)
    await unknown.getByRole('button', { name: 'Remove it' }).click()
    await expect.poll(server.nodeKeys).not.toContain('unknown')
    await problems.getByRole('button', { name: 'Restore it from version 4' }).click()
    await expect.poll(() => nodeOf('a')).toEqual(before.nodes.find(({ id }) => id === 'a'))
    expect(server.document().edges).toEqual(before.edges)
    await problems.getByText('cannot be read').waitFor({ state: 'detached' })
  })

  test('keeps the draft from being published, with the repair in the dialog', async () => {
    const { page } = await open()
    server.spoil('a')
    await page.getByRole('button', { name: /^\d+ problems?$/ }).waitFor()
    await page.getByRole('button', { name: 'Publish', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: /to fix first$/ })
    await dialog.getByRole('button', { name: 'Remove it' }).click()
    await expect.poll(server.nodeKeys).not.toContain('a')
    await page.getByRole('dialog', { name: 'Publish a version' }).waitFor()
  })
})

/** Opens the history of versions by the menu. */
async function openVersions(page: Page) {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Versions' }).click()
  const dialog = page.getByRole('dialog', { name: 'Versions' })
  const list = dialog.getByRole('list', { name: 'Versions' })
  await list.waitFor()
  return { dialog, list, detail: (name: string) => dialog.getByRole('region', { name }) }
}

describe('the history of versions', () => {
  test('draws what a version changed, and restores an older one as a step that can be undone', async () => {
    const { page } = await open()
    const { dialog, list, detail } = await openVersions(page)
    await list.getByRole('button', { name: /^Version 4/ }).click()
    const added = detail('Version 4').getByRole('article', { name: /^c,/ })
    await expect.poll(() => added.getAttribute('data-change')).toBe('added')
    expect(await violationsOn(page)).toEqual([])
    await list.getByRole('button', { name: /^Version 3/ }).click()
    await detail('Version 3').getByRole('combobox', { name: 'Compare with' }).selectOption('Draft')
    const removed = detail('Version 3').getByRole('article', { name: /^c,/ })
    await expect.poll(() => removed.getAttribute('data-change')).toBe('removed')
    await dialog.getByRole('button', { name: 'Restore to draft' }).click()
    await expect.poll(server.nodeKeys).toEqual(['a', 'start'])
    await page.getByRole('button', { name: 'Undo' }).first().click()
    await expect.poll(server.nodeKeys).toEqual(['a', 'c', 'start'])
  })

  test('shows the list or a version on a phone, and Back leads from the one to the other', async () => {
    const { page } = await open(480)
    const { dialog, list, detail } = await openVersions(page)
    expect(await detail('Version 4').isVisible()).toBe(false)
    await list.getByRole('button', { name: /^Version 4/ }).click()
    await detail('Version 4').getByText('1 change from Version 3 to Version 4').waitFor()
    expect(await list.isVisible()).toBe(false)
    await page.evaluate(() => history.back())
    await expect.poll(() => list.isVisible()).toBe(true)
    await page.evaluate(() => history.back())
    await dialog.waitFor({ state: 'detached' })
  })
})

/** Types into one field and gives what should then be on the server. */
type Typing = (opened: Awaited<ReturnType<typeof open>>) => Promise<() => unknown>

const TYPINGS: Readonly<Record<string, readonly [Typing, unknown]>> = {
  'the description of the workflow': [
    async ({ page, inspector }) => {
      await inspector.getByRole('textbox', { name: 'Description' }).click()
      await page.keyboard.insertText('Sorts tickets')
      return () => server.description()
    },
    'Sorts tickets',
  ],
  'the name of a node': [
    async ({ page, inspector, select, nodeOf }) => {
      await select('a')
      await inspector.getByRole('textbox', { name: 'Name of the node' }).selectText()
      await page.keyboard.insertText('Alpha')
      return () => nodeOf('a')?.name
    },
    'Alpha',
  ],
  'a text that is edited by character': [
    async ({ page, inspector, select, nodeOf }) => {
      await select('a')
      await inspector.getByRole('textbox', { name: 'Text' }).click()
      await page.keyboard.press('ControlOrMeta+End')
      await page.keyboard.insertText(' there')
      return () => nodeOf('a')?.params.text
    },
    'hi there',
  ],
  'the value of a name': [
    async ({ page, inspector, select, nodeOf }) => {
      await select('a')
      await inspector.getByRole('textbox', { name: 'Value of who' }).click()
      await page.keyboard.press('ControlOrMeta+End')
      await page.keyboard.insertText(' {{input.city}}')
      return () => nodeOf('a')?.params.fields
    },
    { who: 'me {{input.city}}' },
  ],
  'the meaning of a schema field': [
    async ({ page, inspector, select, nodeOf }) => {
      await select('start')
      await inspector.getByRole('textbox', { name: 'Description of the field' }).first().click()
      await page.keyboard.insertText('Where it is')
      return () => nodeOf('start')?.params.inputSchema
    },
    expect.objectContaining({
      properties: { city: { type: 'string', description: 'Where it is' }, zone: { type: 'string' } },
    }),
  ],
}

describe('a page that is left right after typing', () => {
  test.each(Object.entries(TYPINGS))('has stored %s', async (_what, [type, expected]) => {
    const opened = await open()
    const stored = await type(opened)
    await opened.page.goto('about:blank')
    await expect.poll(stored, { timeout: 10_000 }).toEqual(expected)
  })
})
