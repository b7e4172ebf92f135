export { type TextractReaderOptions, textractReader } from './textract-reader.ts'
