import react from "@vitejs/plugin-react";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";

// The program serves `dist/` and falls back to index.html; in development `npm run fake` or the
// real program answers /api at WATCHFIRE_API.
const api = process.env.WATCHFIRE_API ?? "http://127.0.0.1:8787";

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/pwa",
      filename: "sw.ts",
      injectRegister: false,
      manifest: {
        name: "烽火 Watchfire",
        short_name: "烽火",
        lang: "zh-CN",
        start_url: "/m",
        scope: "/m",
        display: "standalone",
        background_color: "#f6f7f6",
        theme_color: "#141717",
        icons: [{ src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" }],
      },
      injectManifest: {
        globPatterns: ["index.html", "icon.svg", "assets/*.{js,css}"],
        // The map and the charts are not for the phone's shelf.
        globIgnores: ["**/maplibre*", "**/MapZone-*", "**/Hydrograph-*", "geo/**"],
      },
    }),
  ],
  worker: { format: "es" },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "maplibre", test: /node_modules[\\/]maplibre-gl/ }],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: api, ws: true }, "/healthz": { target: api } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
