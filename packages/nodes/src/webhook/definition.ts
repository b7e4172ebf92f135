import { defineNode, webhookOutput, webhookParams } from '@tenon/core/node'

/** Starts a run for each message to an address of its own. */
export const webhook = defineNode({
  type: 'webhook',
  version: 1,
  title: 'Webhook',
  description: 'Begin with a message',
  icon: 'M9.5 9.5a3.5 3.5 0 1 1 5 3.2l2.6 4.3M14 17h3.2a2.8 2.8 0 1 1-2.4 4.2M11.2 11.6 8.4 16.4M8.4 16.4a2.8 2.8 0 1 1-3.8-2.6',
  category: 'trigger',
  control: 'trigger',
  trigger: 'webhook',
  inline: true,
  params: webhookParams,
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: webhookOutput },
  summary: 'Starts at a {method} request',
  effect: 'none',
  lint: [
    {
      code: 'WEBHOOK_UNSIGNED',
      severity: 'warning',
      when: '(params?.signature ?? "standard-webhooks") == "none"',
      message: 'Anyone who knows the address can start runs',
      field: 'signature',
    },
    {
      code: 'WEBHOOK_SECRET_MISSING',
      severity: 'error',
      when: '(params?.signature ?? "standard-webhooks") != "none" && params?.secret == null',
      message: 'Enter the secret that the sender signs with, or choose another signature',
      field: 'secret',
    },
    {
      code: 'WEBHOOK_USER_MISSING',
      severity: 'error',
      when: '(params?.signature ?? "standard-webhooks") == "basic" && (params?.user ?? "") == ""',
      message: 'Enter the user name',
      field: 'user',
    },
  ],
})
