export { default } from "../testing/vitest.js";
