import { defineNode, formParams } from '@tenon/core/node'

/** Starts a run for each person who sends a form on a page of its own. */
export const form = defineNode({
  type: 'form',
  version: 1,
  title: 'Form',
  description: 'Begin with a form',
  icon: 'M6 3.5h12v17H6zM9 8h6M9 12h6M9 16h3',
  category: 'trigger',
  control: 'trigger',
  trigger: 'form',
  inline: true,
  params: formParams,
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'inputSchema' } },
  summary: 'Starts when the form is sent',
  effect: 'none',
  lint: [
    {
      code: 'FORM_PAGE_MISSING',
      severity: 'error',
      when: '(params?.answer ?? "text") == "redirect" && (params?.redirectUrl ?? "") == ""',
      message: 'Enter the page that is shown after sending',
      field: 'redirectUrl',
    },
  ],
})
