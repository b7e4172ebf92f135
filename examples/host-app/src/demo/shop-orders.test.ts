import { expect, test } from 'vitest'
import { shopOrders } from './shop-orders.ts'

const refund = (body: object, key?: string) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: key === undefined ? {} : { 'idempotency-key': key },
})

test('finds orders, and pays back once for a key', async () => {
  const app = shopOrders()
  expect(await (await app.request('/orders?order=1042')).json()).toMatchObject({ item: 'Reading lamp', total: 89 })
  expect((await app.request('/orders?order=9')).status).toBe(404)
  for (const _ of [1, 2]) {
    const paid = await app.request('/refunds', refund({ order: '1042', amount: 40 }, 'k'))
    expect([paid.status, await paid.json()]).toEqual([201, { order: '1042', amount: 40 }])
  }
  expect(await (await app.request('/refunds')).json()).toEqual({ items: [{ order: '1042', amount: 40 }] })
})

test.each([
  [{ order: '1042' }, 422],
  [{ order: '1042', amount: 90 }, 422],
  [{ order: '9', amount: 1 }, 404],
])('refuses the refund %j', async (body, status) => {
  const app = shopOrders()
  expect((await app.request('/refunds', refund(body))).status).toBe(status)
  expect(await (await app.request('/refunds')).json()).toEqual({ items: [] })
})
