/** Texts about a workflow as a tool in English, as those of `en`. A page loads them with the settings of a workflow. */
export const enTools = {
  'tools.group': 'Tool for models',
  'tools.offer': 'Offer as a tool',
  'tools.offerHelp':
    'Assistants and agents that are connected to this product can start this workflow. Takes effect when you publish.',
  'tools.name': 'Tool name',
  'tools.nameHelp': 'Unique among your workflows. Letters, digits, "_" and "-".',
  'tools.description': 'Tool description',
  'tools.descriptionHelp': 'Models choose tools by this text. Say what the workflow does and when to use it.',
} as const
