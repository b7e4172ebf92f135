import type { Locator, Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { centerOf, editorSuite } from './open-editor.ts'

const { open } = editorSuite()

describe('setting a node up', () => {
  const paramsOf = (id: string) => `window.editors[0].value.nodes.find((node) => node.id === '${id}').params`

  test('typed text is reported after a pause, as one change', async () => {
    const { page, card, codeField } = await open({ document: 'chain' })
    await card('Alpha').click()
    const field = codeField('Text')
    await field.click()
    await page.keyboard.press('ControlOrMeta+End')
    // All at once in the browser's queue: a busy machine must not make a pause of its own.
    await Promise.all([...', all of you'].map((letter) => page.keyboard.insertText(letter)))
    await expect
      .poll(() => page.evaluate(() => window.editors[0]?.changes))
      .toEqual([
        [
          {
            op: 'set_param',
            nodeId: 'a',
            path: ['text'],
            value: 'hello {{nodes.start.output.city}}, all of you',
          },
        ],
      ])
  })

  /** Presses the mouse on a button and releases it where it was pressed, with time to paint in between. */
  const clickWhereItIs = async (page: Page, button: Locator) => {
    const at = centerOf(await button.boundingBox())
    await page.mouse.move(at.x, at.y)
    await page.mouse.down()
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    await page.mouse.up()
  }

  test('a click counts right after a number out of range: its fault moves the button only afterwards', async () => {
    const { page, card, inspector } = await open({ document: 'chain' })
    await card('Alpha').click()
    await inspector.getByRole('spinbutton', { name: 'Count' }).click()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText('99')
    const button = inspector.getByRole('button', { name: 'Add a field' })
    const before = await button.boundingBox()
    await clickWhereItIs(page, button)
    await inspector.getByText('Enter a number from 0 to 9.').waitFor()
    // The row has taken the position of the button, below the fault.
    const row = await inspector.getByRole('textbox', { name: 'Name', exact: true }).boundingBox()
    expect(row?.y).toBeGreaterThan(before?.y ?? 0)
  })

  test('a click counts where leaving the required field of a new node shows its fault', async () => {
    const { page, inspector, palette, codeField } = await open({ document: 'chain' })
    await palette.getByRole('button', { name: /^Plain step/ }).click()
    await codeField('Text').click()
    const fault = inspector.locator('[data-param="text"] [data-severity="error"], [data-param="text"] [data-error]')
    expect(await fault.count()).toBe(0)
    await clickWhereItIs(page, inspector.getByRole('button', { name: 'Add a field' }))
    await inspector.getByRole('textbox', { name: 'Name', exact: true }).waitFor()
    await fault.first().waitFor()
  })

  test('a reference is a chip with the name of its node, also after the node was renamed', async () => {
    const { card, inspector } = await open({ document: 'chain' })
    await card('Begin').click()
    await inspector.getByRole('textbox', { name: 'Name of the node' }).fill('Tourist')
    await inspector.getByRole('textbox', { name: 'Name of the node' }).press('Enter')
    await card('Alpha').click()
    await inspector.locator('.tn-expr-chip').filter({ hasText: 'Tourist › city' }).waitFor()
  })

  test('fields of the nodes before are offered after {{ and taken', async () => {
    const { page, card, codeField } = await open({ document: 'chain' })
    await card('Alpha').click()
    const field = codeField('Text')
    await field.click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type(' {{')
    await page.getByRole('option', { name: /Begin › city/ }).click()
    await page.keyboard.type('!')
    await expect
      .poll(() => page.evaluate(`${paramsOf('a')}.text`))
      .toBe('hello {{nodes.start.output.city}} {{nodes.start.output.city}}!')
  })

  test('undo takes whole words back, however slowly they were typed, and one field at a time', async () => {
    const { page, card, inspector, codeField } = await open({ document: 'chain' })
    const text = () => page.evaluate(`${paramsOf('a')}.text`)
    await page.evaluate(() => {
      const now = Date.now.bind(Date)
      let ahead = 0
      Date.now = () => now() + ahead
      window.addEventListener('pause', () => {
        ahead += 10_000
      })
    })
    const pause = () => page.evaluate(() => void window.dispatchEvent(new Event('pause')))
    const before = 'hello {{nodes.start.output.city}}'
    await card('Alpha').click()
    const field = codeField('Text')
    await field.click()
    await page.keyboard.press('ControlOrMeta+End')
    for (const part of [' see', 'ing', ' yo', 'u']) {
      await page.keyboard.type(part)
      await pause()
    }
    await inspector.getByRole('spinbutton', { name: 'Count' }).focus()
    await field.focus()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type('r')
    for (const wanted of [`${before} seeing you`, `${before} seeing`, before]) {
      await page.keyboard.press('ControlOrMeta+z')
      await expect.poll(text).toBe(wanted)
    }
    await page.keyboard.press('ControlOrMeta+Shift+Z')
    await expect.poll(text).toBe(`${before} seeing`)
  })

  test('what is typed replaces the selected text, brackets too, and one undo restores it', async () => {
    const { page, card, codeField } = await open({ document: 'chain' })
    const text = () => page.evaluate(`${paramsOf('a')}.text`)
    await card('Alpha').click()
    await codeField('Text').click()
    const pairs = [
      ['{{', '{{}}'],
      ['(', '()'],
      ['[a', '[a]'],
      ['"', '"'],
      ["'", "'"],
      ['`', '`'],
    ] as const
    for (const [typed, wanted] of pairs) {
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.type(typed)
      await expect.poll(text).toBe(wanted)
      await page.keyboard.press('ControlOrMeta+z')
      await expect.poll(text).toBe('hello {{nodes.start.output.city}}')
    }
  })

  test('a bracket replaces a part of the text, and its closing bracket is typed over', async () => {
    const { page, card, codeField } = await open({ document: 'chain' })
    await card('Alpha').click()
    await codeField('Text').click()
    await page.keyboard.press('ControlOrMeta+Home')
    for (const _ of 'hello') await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.type('(hi)!')
    await expect.poll(() => page.evaluate(`${paramsOf('a')}.text`)).toBe('(hi)! {{nodes.start.output.city}}')
  })

  test.each([
    { before: ' {{', after: '' },
    { before: ' {', after: '{' },
    { before: ' ', after: '{{' },
    { before: '', after: ' {{' },
  ])('typing "$before" before the code editor has loaded and "$after" after it opens the list', async (typed) => {
    const { page, card, inspector } = await open({ document: 'chain' })
    let load = () => {}
    const isWanted = new Promise<void>((resolve) => {
      load = resolve
    })
    await page.route(/code-editor-/, async (route) => {
      await isWanted
      await route.continue()
    })
    await card('Alpha').click()
    const field = inspector.getByRole('textbox', { name: 'Text' })
    await field.click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type(typed.before)
    expect(await field.evaluate((element) => element.tagName)).toBe('TEXTAREA')
    load()
    await inspector.locator('.cm-content').first().waitFor()
    await page.keyboard.type(typed.after)
    await page.getByRole('option', { name: /Begin › city/ }).click()
    await page.keyboard.type('!')
    await expect
      .poll(() => page.evaluate(`${paramsOf('a')}.text`))
      .toBe('hello {{nodes.start.output.city}} {{nodes.start.output.city}}!')
  })

  test('a reference that is picked in an open text of JSON closes it, from the list and from the picker', async () => {
    const { page, card, codeField, inspector } = await open({ document: 'ticket' })
    const body = () => page.evaluate<string>(`${paramsOf('ticket')}.body ?? ''`)
    await card('Create ticket').click()
    await codeField('Body').click()
    await page.keyboard.type('{"subject": "{{')
    await page.getByRole('option', { name: /›/ }).first().click()
    // The caret is inside the text, so that it can go on.
    await page.keyboard.type('!')
    await expect.poll(body).toMatch(/^\{"subject": "\{\{[^{}"]+\}\}!"\}$/)
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('{"subject": "')
    await inspector.locator('[data-param="body"]').getByRole('button', { name: 'Insert a field' }).click()
    await page.getByRole('dialog', { name: 'Insert a field' }).locator('.tn-upstream-field').first().click()
    await expect.poll(body).toMatch(/^\{"subject": "\{\{[^{}"]+\}\}"\}$/)
  })

  test('what can be written comes in groups, with a sentence about each', async () => {
    const { page, card, codeField } = await open({ document: 'chain' })
    await card('Alpha').click()
    await codeField('Text').click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type(' {{')
    const list = page.locator('.tn-completions')
    await list
      .getByRole('option', { name: /Run › workflowId/ })
      .getByText('Id of the workflow')
      .waitFor()
    expect(await list.locator('completion-section').allInnerTexts()).toEqual([
      'Earlier nodes',
      'Run',
      'Names',
      'Functions',
      'Constants',
    ])
    const input = list.getByRole('option', { name: /^input/ })
    expect(await input.textContent()).toContain('All fields that earlier nodes have added')
  })

  test('completing and explaining a fault need no inline style: the page forbids them', async () => {
    const { page, card, inspector, codeField } = await open({ document: 'chain' })
    await card('Alpha').click()
    const field = codeField('Text')
    await field.click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.type(' {{')
    const list = page.locator('.tn-completions')
    // The list ignores the keyboard for 75 ms, so that it takes no key that was meant for the text.
    const opened = async () => {
      await list.waitFor()
      await page.waitForTimeout(150)
    }
    await opened()
    for (let count = 0; count < 30; count += 1) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
    await page.keyboard.press('ControlOrMeta+Space')
    await opened()
    await page.keyboard.press('Enter')
    await list.waitFor({ state: 'detached' })
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('{{ nope')
    await inspector.getByRole('spinbutton', { name: 'Count' }).focus()
    await inspector.locator('.tn-expr-fault').first().hover()
    await page.locator('.tn-expr-explanation').waitFor()
    // The suite fails for every violation that the page or the console reports.
    expect(await page.locator('.tn-expr-explanation').textContent()).not.toBe('')
  })

  test('half an expression is no fault while it is typed, and one when the field is left', async () => {
    const { page, card, inspector, codeField } = await open({ document: 'chain' })
    await card('Alpha').click()
    const row = inspector.locator('[data-param="text"]')
    await codeField('Text').click()
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.insertText(' {{ nodes.start.output.')
    // Read in the moment in which the problem is known: a second later, the pause in typing is over.
    const marks = page.waitForFunction(() => {
      const isKnown = document.querySelector('.tn-problems-pill') !== null
      return isKnown ? `${document.querySelectorAll('[data-param="text"] [data-invalid]').length} marks` : null
    })
    expect(await (await marks).jsonValue()).toBe('0 marks')
    await inspector.getByRole('spinbutton', { name: 'Count' }).focus()
    await row.getByText('The expression is unfinished: expected a key or a list index').waitFor()
  })

  test('a field can be picked from a list, by the button or on the input tab', async () => {
    const { page, card, inspector, codeField } = await open({ document: 'chain' })
    await card('Alpha').click()
    const field = codeField('Text')
    await field.click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    await inspector.getByRole('button', { name: 'Insert a field' }).first().click()
    await page.getByRole('button', { name: /^city/ }).click()
    await expect.poll(() => page.evaluate(`${paramsOf('a')}.text`)).toBe('{{nodes.start.output.city}}')
    await inspector.getByRole('tab', { name: 'Input' }).click()
    await inspector.getByRole('button', { name: /^city/ }).click()
    await expect.poll(() => page.evaluate(`${paramsOf('a')}.text`)).toContain('}}{{')
  })

  test('fields that depend on another come and go with it', async () => {
    const { card, inspector } = await open({ document: 'chain' })
    await card('Alpha').click()
    expect(await inspector.getByText('Size', { exact: true }).count()).toBe(0)
    await inspector.getByLabel('Kind').selectOption({ label: 'Large' })
    await inspector.getByText('Size', { exact: true }).waitFor()
  })

  test('numbers are checked, and can be switched to a reference', async () => {
    const { page, card, inspector } = await open({ document: 'chain' })
    await card('Alpha').click()
    await inspector.getByRole('spinbutton', { name: 'Count' }).fill('42')
    await inspector.getByText('Enter a number from 0 to 9.').waitFor()
    await inspector.locator('[data-param="count"]').getByRole('button', { name: 'Use a reference' }).click()
    await inspector.getByRole('textbox', { name: 'Count' }).click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('{{input.city}}')
    await inspector.getByRole('tab', { name: 'Policy' }).click()
    await expect.poll(() => page.evaluate(`${paramsOf('a')}.count`)).toBe('{{input.city}}')
  })

  test('names and values are added, renamed and removed', async () => {
    const { page, card, inspector } = await open({ document: 'chain' })
    const fields = () => page.evaluate(`${paramsOf('a')}.fields ?? null`)
    await card('Alpha').click()
    const row = inspector.locator('[data-param="fields"]')
    await row.getByRole('button', { name: 'Add a field' }).click()
    await row.getByRole('textbox', { name: 'Name' }).fill('who')
    await row.getByRole('textbox', { name: 'Name' }).press('Enter')
    await row.getByRole('textbox', { name: 'Value of who' }).click()
    await page.keyboard.type('me')
    await row.getByRole('textbox', { name: 'Name' }).fill('whom')
    await row.getByRole('textbox', { name: 'Name' }).press('Enter')
    await expect.poll(fields).toEqual({ whom: 'me' })
    await row.getByRole('button', { name: 'Remove whom' }).click()
    await expect.poll(fields).toEqual({})
  })

  test('what is typed right after Tab is the value of the new row', async () => {
    const { page, card, inspector } = await open({ document: 'chain' })
    await card('Alpha').click()
    const row = inspector.locator('[data-param="fields"]')
    await row.getByRole('button', { name: 'Add a field' }).click()
    await row.getByRole('textbox', { name: 'Name' }).fill('who')
    // All in the browser's queue before it has handled the first.
    await Promise.all(['Tab', ...'metoo'].map((key) => page.keyboard.press(key)))
    await expect.poll(() => page.evaluate(`${paramsOf('a')}.fields ?? null`)).toEqual({ who: 'metoo' })
  })

  test('a case names its port when it gets its title, and its edge stays', async () => {
    const { page, canvas, card, inspector, edges } = await open({ document: 'empty' })
    await page.getByRole('button', { name: 'Add "Start"' }).click()
    for (const search of ['many', 'stop']) {
      await canvas.press('/')
      await page.getByRole('dialog', { name: 'Add a node' }).getByRole('combobox').fill(search)
      await page.keyboard.press('Enter')
    }
    await expect.poll(edges).toContainEqual(expect.stringMatching(/^cases_\w+:a>stop_/))
    await card('Many ways').click()
    await inspector.getByRole('textbox', { name: 'Name of the port' }).fill('first')
    await inspector.getByRole('textbox', { name: 'Name of the port' }).press('Enter')
    await expect.poll(edges).toContainEqual(expect.stringMatching(/^cases_\w+:first>stop_/))
    await inspector.getByRole('button', { name: 'Add a case' }).click()
    await inspector.getByRole('textbox', { name: 'Title 2' }).click()
    await page.keyboard.type('VIP customers')
    await inspector.getByRole('textbox', { name: 'Name of the node' }).click()
    await canvas.getByText('VIP customers').waitFor()
    await expect
      .poll(() => inspector.getByRole('textbox', { name: 'Name of the port' }).nth(1).inputValue())
      .toBe('vip_customers')
  })

  test('a problem leads to its field, and its fix removes it', async () => {
    const { page, palette, card, inspector, codeField } = await open({ document: 'chain' })
    await palette.getByRole('searchbox').fill('plain')
    await palette.getByRole('searchbox').press('Enter')
    await card('Alpha').click()
    const pill = page.getByRole('button', { name: /problems?$/ })
    await pill.click()
    await page.getByRole('button', { name: /Plain step.*required/ }).click()
    await expect.poll(() => codeField('Text').evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type('filled')
    await expect.poll(() => inspector.getByText(/is required|Required/).count()).toBe(0)
  })
})

describe('the outline on a phone', () => {
  test('ways are named groups, and nodes are added and deleted by their rows', async () => {
    const { page, names, edges } = await open({ document: 'parted', width: 390, height: 844 })
    const outline = page.getByRole('region', { name: 'Outline' })
    await outline.getByRole('heading', { name: 'yes' }).waitFor()
    await outline.getByRole('button', { name: 'Add after Meeting' }).click()
    await page.getByRole('dialog', { name: 'Add a node' }).getByRole('option', { name: /^Stop/ }).click()
    await expect.poll(edges).toContainEqual(expect.stringMatching(/^m:success>stop_/))
    await page.getByRole('complementary', { name: 'Inspector' }).getByRole('button', { name: 'Close' }).click()
    await outline.getByRole('button', { name: 'Actions for Beta' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await expect.poll(names).toEqual(['Begin', 'Gamma', 'Meeting', 'Stop', 'Which way'])
    expect(await edges()).toContain('w:yes>m:in')
  })

  test('a node is inserted into a connected branch, also into one that continues at another row', async () => {
    const { page, edges } = await open({ document: 'parted', width: 390, height: 844 })
    const outline = page.getByRole('region', { name: 'Outline' })
    await outline.getByRole('button', { name: 'Actions for Beta' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await outline.getByRole('button', { name: 'Continues at Meeting' }).waitFor()
    for (const way of ['yes', 'no']) {
      await outline.getByRole('button', { name: `Add at the start of "${way}" of Which way` }).click()
      await page
        .getByRole('dialog', { name: 'Add a node' })
        .getByRole('option', { name: /^Plain step/ })
        .click()
      await page.getByRole('complementary', { name: 'Inspector' }).getByRole('button', { name: 'Close' }).click()
    }
    const text = (await edges()).join(' ')
    expect(text).toMatch(/w:yes>(step_\w+):in/)
    expect(text).toMatch(/step_\w+:success>m:in/)
    expect(text).toMatch(/w:no>(step_\w+):in/)
    expect(text).toMatch(/step_\w+:success>c:in/)
    expect(text).not.toMatch(/w:yes>m:in|w:no>c:in/)
  })
})
