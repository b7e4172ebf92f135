import { Hono } from 'hono'
import { z } from 'zod'
import { answerFor } from './model-rules.ts'
import { turnWithTools } from './model-tools.ts'

const ChatRequest = z.object({
  model: z.string(),
  // A message that only calls tools has no content.
  messages: z.array(
    z.object({
      role: z.string(),
      content: z
        .string()
        .nullish()
        .transform((text) => text ?? ''),
    }),
  ),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
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
    const { model, messages, tools, response_format: format } = parsed.data
    const prompt = messages.map((message) => message.content).join('\n\n')
    const schema = format?.json_schema?.schema ?? null
    const names = tools.map((tool) => tool.function.name)
    const turn =
      names.length === 0 || schema !== null ? { answer: answerFor(prompt, schema) } : turnWithTools(messages, names)
    const written = 'answer' in turn ? turn.answer : turn.call.arguments
    const message =
      'answer' in turn
        ? { content: turn.answer }
        : { content: null, tool_calls: [{ id: `call_${crypto.randomUUID()}`, type: 'function', function: turn.call }] }
    const finish = 'answer' in turn ? 'stop' : 'tool_calls'
    const tokens = (text: string) => Math.ceil(text.length / 4)
    return c.json({
      id: `chatcmpl-${crypto.randomUUID()}`,
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model,
      choices: [
        { index: 0, message: { role: 'assistant', ...message, refusal: null }, logprobs: null, finish_reason: finish },
      ],
      usage: {
        prompt_tokens: tokens(prompt),
        completion_tokens: tokens(written),
        total_tokens: tokens(prompt) + tokens(written),
      },
    })
  })
  app.get('/v1/models', (c) =>
    c.json({ object: 'list', data: [{ id: 'demo-rules', object: 'model', created: 0, owned_by: 'demo' }] }),
  )
  return app
}
