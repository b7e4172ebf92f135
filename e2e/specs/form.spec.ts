import type { Browser } from '@playwright/test'
import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

const FIELDS = {
  type: 'object',
  'x-order': ['name', 'mail', 'seats', 'day', 'area', 'message', 'terms'],
  properties: {
    name: { type: 'string', title: 'Your name' },
    mail: { type: 'string', format: 'email', title: 'Email', description: 'We send the confirmation there.' },
    seats: { type: 'integer', minimum: 1, maximum: 12, title: 'Seats' },
    day: { type: 'string', format: 'date', title: 'Day' },
    area: { enum: ['Inside', 'Garden'], title: 'Area' },
    message: { type: 'string', title: 'Message' },
    terms: { type: 'boolean', const: true, title: 'I accept the terms' },
  },
  required: ['name', 'mail', 'seats', 'terms'],
}

/** form → (respond →) set → end */
function booking(params: object) {
  const page = { title: 'Book a table', description: 'We answer within a day.', button: 'Book', inputSchema: FIELDS }
  return workflow(
    [
      node('page', 'form', { ...page, ...params }, { name: 'Booking' }),
      node(
        'reply',
        'respond',
        { format: 'html', body: '<h1>Welcome, {{trigger.name}}</h1>' },
        { position: { x: 280, y: 0 } },
      ),
      node('end', 'end', { output: '{{trigger}}' }, { position: { x: 560, y: 0 } }),
    ],
    ['page>reply', 'reply>end'],
  )
}

/** A page of a person who is not signed in, in a browser without scripts. */
async function stranger(browser: Browser) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
  return context.newPage()
}

test('a stranger sends a form without scripts, corrects it by keyboard, and gets each kind of answer', async ({
  browser,
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.editor)
  const { id } = await client.workflows.create({ name: 'Bookings', document: booking({ message: 'See you soon' }) })
  const editor = await openAs(ACME.editor, { path: `/automations/${id}` })
  await editor.getByTestId('rf__node-page').click()
  const panel = editor.getByRole('region', { name: 'Trigger', exact: true })
  await panel.getByRole('button', { name: 'Open for an hour' }).click()
  const preview = await panel.getByRole('link', { name: 'Open the preview' }).getAttribute('href')
  const page = await stranger(browser)
  await page.goto(preview ?? '')
  await expect(page.getByText('This is a test of the draft')).toBeVisible()

  await client.versions.publish(id)
  await editor.reload()
  await editor.getByTestId('rf__node-page').click()
  const live = (await panel.getByRole('link', { name: 'Open the form' }).getAttribute('href')) ?? ''
  const opened = await page.goto(live)
  expect(opened?.headers()['content-security-policy']).toContain('sandbox allow-forms')
  expect(await page.context().cookies()).toEqual([])
  await expect(page).toHaveTitle('Book a table')
  await page.getByLabel('Your name').fill('Ada <Obi>')
  await page.getByLabel('Email').fill('ada')
  await page.getByLabel('Seats').fill('many')
  await page.getByLabel('Area').selectOption('Garden')
  await page.getByLabel('Message').fill('First line\nsecond line')
  await page.getByRole('button', { name: 'Book' }).click()

  await expect(page).toHaveTitle('Error: Book a table')
  await expect(page.getByRole('alert').getByRole('link')).toHaveText(['Email', 'Seats', 'I accept the terms'])
  const mail = page.getByLabel('Email')
  await expect(page.getByRole('alert')).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(mail).toBeFocused()
  await expect(mail).toHaveAccessibleDescription(
    'We send the confirmation there. Enter an email address, such as ada@example.com',
  )
  await expect(page.getByLabel('Your name')).toHaveValue('Ada <Obi>')
  await expect(page.getByLabel('Seats')).toHaveValue('many')
  await expect(page.getByLabel('Area')).toHaveValue('Garden')
  await expect(page.getByLabel('Message')).toHaveValue('First line\nsecond line')
  await mail.fill('ada@example.com')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('4')
  await page.getByLabel('I accept the terms').press('Space')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status')).toHaveText('See you soon')
  // The same request again, as a reload sends it.
  await page.reload()
  await expect(page.getByRole('status')).toHaveText('See you soon')
  const { items } = await client.runs.list({ workflowId: id, mode: 'live' })
  expect(items).toHaveLength(1)
  await expect
    .poll(async () => (await client.runs.get(items[0]?.runId ?? '')).output)
    .toEqual({
      ...{ name: 'Ada <Obi>', mail: 'ada@example.com', seats: 4, area: 'Garden', terms: true },
      message: 'First line\nsecond line',
    })

  await panel.getByRole('button', { name: 'Pause' }).click()
  await expect(panel).toContainText('Paused by')
  await page.goto(live)
  await expect(page.getByRole('heading', { name: 'This form is paused' })).toBeVisible()
  await panel.getByRole('button', { name: 'Resume' }).click()
  await expect(panel).toContainText('Active')

  for (const [params, text] of [
    [{ answer: 'run' }, 'Welcome, Ada'],
    [{ answer: 'redirect', redirectUrl: 'https://acme.example/thanks' }, null],
  ] as const) {
    const other = await client.workflows.create({ name: text ?? 'Redirects', document: booking(params) })
    await client.versions.publish(other.id)
    await page.goto((await client.triggers.get(other.id, 'page')).url ?? '')
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('Email').fill('ada@example.com')
    await page.getByLabel('Seats').fill('2')
    await page.getByLabel('I accept the terms').check()
    const redirected = text === null ? page.waitForRequest('https://acme.example/thanks') : null
    await page.getByRole('button', { name: 'Book' }).click()
    if (text !== null) await expect(page.getByRole('heading', { name: text })).toBeVisible()
    // The browser of the tests reaches no other host: it is enough that it asks for the page.
    expect((await redirected)?.method() ?? 'GET').toBe('GET')
  }
  await page.context().close()
})
