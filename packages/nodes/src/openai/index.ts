export { type OpenaiLanguageModelOptions, openaiLanguageModel } from './openai-language-model.ts'
