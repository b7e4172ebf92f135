export {
  type AiSdkLanguageModelOptions,
  type AiSdkModelInfo,
  aiSdkLanguageModel,
} from '../ai-sdk/ai-sdk-language-model.ts'
export type { AiSdkModel } from '../ai-sdk/ai-sdk-model.ts'
export {
  type CatalogLanguageModelOptions,
  catalogLanguageModel,
  type ModelQuestion,
} from '../models/catalog-language-model.ts'
export { type BuiltInNodesOptions, createBuiltInNodes } from './built-in-nodes.ts'
