import "./dashboard/app.ts";
