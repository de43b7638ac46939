"""The console: the fraud team's pages, served to one person's browser, who signs every call with credentials of her own."""
