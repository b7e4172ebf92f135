import { Hono } from 'hono'
import { z } from 'zod'

const Message = z.strictObject({
  channel: z.string().min(1),
  text: z.string().min(1),
  thread_ts: z.string().optional(),
})
const Change = z.strictObject({ channel: z.string().min(1), ts: z.string(), text: z.string().min(1) })
const CHANNELS = [
  { id: 'C0GENERAL', name: 'general', is_private: false },
  { id: 'C0SUPPORT', name: 'support', is_private: false },
  { id: 'C0FINANCE', name: 'finance', is_private: true },
]
const MOST_KEPT = 100

/**
 * A small stand-in for Slack, so that its nodes work without an account: connect it with any token that begins with
 * `xoxb-`. `GET /demo/slack/messages` lists what was posted. Set `TENON_SLACK_API_URL=https://slack.com/api` for the real one.
 */
export function demoSlack(): Hono {
  const app = new Hono()
  const messages: { readonly channel: string; readonly ts: string; text: string }[] = []
  app.get('/messages', (c) => c.json({ items: messages }))
  app.use('/api/*', async (c, next) => {
    if (/^Bearer xoxb-/.test(c.req.header('authorization') ?? '')) return next()
    return c.json({ ok: false, error: 'invalid_auth' })
  })
  app.post('/api/auth.test', (c) => c.json({ ok: true, team: 'Demo', user: 'tenon' }))
  app.get('/api/conversations.list', (c) =>
    c.json({ ok: true, channels: CHANNELS, response_metadata: { next_cursor: '' } }),
  )
  app.post('/api/chat.postMessage', async (c) => {
    const message = Message.safeParse(await c.req.json().catch(() => null))
    if (!message.success) return c.json({ ok: false, error: 'invalid_arguments' })
    const { channel, text } = message.data
    if (!CHANNELS.some(({ id }) => id === channel)) return c.json({ ok: false, error: 'channel_not_found' })
    const ts = `${(Date.now() / 1_000).toFixed(6)}`
    messages.push({ channel, ts, text })
    if (messages.length > MOST_KEPT) messages.shift()
    return c.json({ ok: true, channel, ts, message: { text } })
  })
  app.post('/api/chat.update', async (c) => {
    const change = Change.safeParse(await c.req.json().catch(() => null))
    const found = messages.find(({ channel, ts }) => channel === change.data?.channel && ts === change.data?.ts)
    if (change.data === undefined || found === undefined) return c.json({ ok: false, error: 'message_not_found' })
    found.text = change.data.text
    return c.json({ ok: true, channel: found.channel, ts: found.ts, text: found.text })
  })
  return app
}
