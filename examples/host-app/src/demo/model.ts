import { Hono } from 'hono'
import { z } from 'zod'
import { answerFor } from './model-rules.ts'

const ChatRequest = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z
    .object({ json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }).optional() })
    .optional(),
})

/**
 * A small stand-in for a language model, so that the demo works without a key: it speaks OpenAI's chat completions over
 * HTTP and answers by rules. Set `OPENAI_API_KEY` (and `OPENAI_BASE_URL`) for a real one.
 */
export function demoModel(): Hono {
  const app = new Hono()
  app.post('/v1/chat/completions', async (c) => {
    const parsed = ChatRequest.safeParse(await c.req.json().catch(() => null))
    if (!parsed.success) {
      return c.json(
        { error: { message: 'Not a chat completion request', type: 'invalid_request_error', code: null, param: null } },
        400,
      )
    }
    const { model, messages, response_format: format } = parsed.data
    const prompt = messages.map((message) => message.content).join('\n\n')
    const content = answerFor(prompt, format?.json_schema?.schema ?? null)
    const tokens = (text: string) => Math.ceil(text.length / 4)
    return c.json({
      id: `chatcmpl-${crypto.randomUUID()}`,
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model,
      choices: [
        { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: tokens(prompt),
        completion_tokens: tokens(content),
        total_tokens: tokens(prompt) + tokens(content),
      },
    })
  })
  app.get('/v1/models', (c) =>
    c.json({ object: 'list', data: [{ id: 'demo-rules', object: 'model', created: 0, owned_by: 'demo' }] }),
  )
  return app
}
