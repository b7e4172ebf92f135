export {
  type CatalogLanguageModelOptions,
  catalogLanguageModel,
  type ModelQuestion,
} from '../models/catalog-language-model.ts'
export { type BuiltInNodesOptions, createBuiltInNodes } from './built-in-nodes.ts'
