export { startTestPostgres, type TestPostgres, testDirectory } from './postgres.ts'
