import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('an unknown address is a page that names it and leads back', async ({ openAs }) => {
  const page = await openAs(ACME.viewer, { path: '/runs-of-old/7' })
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible()
  await expect(page.getByText('/app/runs-of-old/7')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Runs' })).not.toHaveAttribute('aria-current')
  await page.getByRole('link', { name: 'Go to tickets' }).click()
  await expect(page.getByRole('heading', { name: 'Tickets' })).toBeVisible()
})

test('on a phone the account opens from the bar, and leads to another person', async ({ openAs }) => {
  const page = await openAs(ACME.editor)
  const leave = page.getByRole('button', { name: 'Switch person' })
  await expect(leave).toBeVisible()
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(leave).toBeHidden()
  await page.getByRole('button', { name: /^Account of / }).click()
  await leave.click()
  await expect(page.getByRole('heading', { name: 'Hearth support desk' })).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})
