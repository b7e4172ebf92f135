/**
 * @typedef {object} PictureContext
 * @property {import('playwright').Page} page
 * @property {string} url Of the demo.
 */

/**
 * @typedef {object} Picture
 * @property {string} name Of the file, without its ending.
 * @property {1440 | 1024 | 390} width
 * @property {'light' | 'dark'} theme
 * @property {(context: PictureContext) => Promise<void>} show Opens the page that the picture shows.
 */

const ANGRY = 'My order never arrived and the box was broken. This is terrible.'
const REFUND = 'I want a refund for the broken lamp.'

/** @type {readonly Picture[]} */
const PICTURES = [
  ...widths('editor', /** @type {const} */ ([1440, 1024, 390]), ['light', 'dark'], showEditor),
  ...widths('inspector', /** @type {const} */ ([1440]), ['light'], async (context) => {
    await showEditor(context)
    await context.page.getByRole('article', { name: /^Analyze ticket,/ }).click()
    await context.page.getByRole('tab', { name: 'Setup' }).waitFor()
    await waitUntilStable(context.page)
  }),
  ...widths('run', /** @type {const} */ ([1440]), ['light', 'dark'], async (context) => {
    await showRun(context, ANGRY)
    await context.page.getByText('Completed').first().waitFor()
    await waitUntilStable(context.page)
  }),
  ...widths('gantt', /** @type {const} */ ([1440]), ['light'], async (context) => {
    await showRun(context, ANGRY)
    await context.page.getByText('Completed').first().waitFor()
    await context.page.getByRole('option', { name: /^Escalate to a person / }).click()
    await waitUntilStable(context.page)
  }),
  ...widths('approval', /** @type {const} */ ([1440, 1024]), ['light'], async (context) => {
    await showRun(context, REFUND)
    await context.page.getByRole('option', { name: /^Manual review / }).click()
    await context.page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
    await waitUntilStable(context.page)
  }),
  ...widths('inbox', /** @type {const} */ ([1440]), ['light'], async ({ page, url }) => {
    await startRun(url, REFUND)
    await page.goto(`${url}/app/approvals`)
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
  }),
  ...widths('runs', /** @type {const} */ ([1440]), ['light'], async ({ page, url }) => {
    await page.goto(`${url}/app/runs`)
    await page.getByRole('row').nth(1).waitFor()
  }),
  // The last one: it leaves a change in the draft.
  ...widths('versions', /** @type {const} */ ([1440]), ['light'], showVersions),
]

/**
 * Returns the pictures whose names begin with one of these texts; all of them without a text.
 *
 * @param {readonly string[]} starts
 * @throws {Error} If no picture has a name that begins with one of the texts.
 */
export function picturesNamed(starts) {
  const unknown = starts.filter((start) => !PICTURES.some(({ name }) => name.startsWith(start)))
  if (unknown.length > 0) {
    const names = PICTURES.map(({ name }) => name).join(', ')
    throw new Error(`No picture has a name that begins with ${unknown.join(' or ')}; the names are ${names}`)
  }
  return PICTURES.filter(({ name }) => starts.length === 0 || starts.some((start) => name.startsWith(start)))
}

/**
 * @param {string} subject
 * @param {readonly Picture['width'][]} sizes
 * @param {readonly Picture['theme'][]} themes
 * @param {Picture['show']} show
 * @returns {Picture[]}
 */
function widths(subject, sizes, themes, show) {
  return themes.flatMap((theme) => sizes.map((width) => ({ name: `${subject}-${theme}-${width}`, width, theme, show })))
}

/** @param {PictureContext} context */
async function showEditor({ page, url }) {
  await page.goto(`${url}/app/automations/${await routerOf(url)}`)
  await page.getByText('Analyze ticket').first().waitFor()
  await page.getByText('Saved', { exact: true }).waitFor()
  await waitUntilStable(page)
}

/**
 * Shows what a change of the draft would publish.
 *
 * @param {PictureContext} context
 */
async function showVersions(context) {
  const { page, url } = context
  await call(url, 'PATCH', `/workflows/${await routerOf(url)}/draft`, {
    operations: [
      { op: 'update_node', nodeId: 'review', set: { name: 'Ask the team lead' } },
      { op: 'set_param', nodeId: 'happy', path: ['right'], value: 0.8 },
    ],
  })
  await showEditor(context)
  await page.getByRole('button', { name: /^Draft · / }).click()
  await page.getByText('2 changes from Version 1 to Draft').waitFor()
  await waitUntilStable(page)
}

/**
 * @param {PictureContext} context
 * @param {string} text
 */
async function showRun({ page, url }, text) {
  await page.goto(`${url}/app/runs/${await startRun(url, text)}`)
  await page.getByText('Analyze ticket').first().waitFor()
}

/**
 * @param {string} url
 * @param {string} text Of the ticket.
 * @returns {Promise<string>} id of the run
 */
async function startRun(url, text) {
  const input = { ticket_id: 'T-12345', text, customer_id: 'C-789' }
  const { runId } = await call(url, 'POST', `/workflows/${await routerOf(url)}/runs`, { input })
  return runId
}

/**
 * @param {string} url
 * @returns {Promise<string>} id of the support ticket router
 */
async function routerOf(url) {
  const { items } = await call(url, 'GET', '/workflows')
  const router = items.find((/** @type {{ name: string }} */ { name }) => name === 'Support ticket router')
  if (router === undefined) throw new Error('the demo has no support ticket router')
  return router.id
}

/**
 * Calls the API of the demo as its admin.
 *
 * @param {string} url
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
async function call(url, method, path, body) {
  const json = { 'content-type': 'application/json' }
  const signIn = await fetch(`${url}/demo/sign-in`, { method: 'POST', headers: json, body: '{"userId":"ana"}' })
  const { token } = await signIn.json()
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...json, authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

/**
 * Waits until the canvas has stopped moving: its viewport is the same at two moments, 120 ms apart.
 *
 * @param {import('playwright').Page} page
 */
async function waitUntilStable(page) {
  const viewport = page.locator('.react-flow__viewport').first()
  if ((await viewport.count()) === 0) return
  let before = ''
  for (let tries = 0; tries < 50; tries += 1) {
    const now = await viewport.evaluate(
      (element) => new Promise((resolve) => setTimeout(() => resolve(getComputedStyle(element).transform), 120)),
    )
    if (now === before) return
    before = String(now)
  }
  throw new Error('the canvas did not stop moving within 6 s')
}
