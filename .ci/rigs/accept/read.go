// What gofeed sees in feeds, a line of JSON for each file.
package main

import (
	"encoding/json"
	"os"

	"github.com/mmcdole/gofeed"
)

type item struct {
	ID    string `json:"id"`
	Link  string `json:"link"`
	Title string `json:"title"`
	Date  string `json:"date"`
	Text  string `json:"text"`
}

type seen struct {
	File  string `json:"file"`
	Items []item `json:"items"`
	Error string `json:"error,omitempty"`
}

func read(name string) seen {
	file, err := os.Open(name)
	if err != nil {
		return seen{File: name, Error: err.Error()}
	}
	defer file.Close()
	feed, err := gofeed.NewParser().Parse(file)
	if err != nil {
		return seen{File: name, Error: err.Error()}
	}
	found := seen{File: name, Items: []item{}}
	for _, entry := range feed.Items {
		text := entry.Content
		if text == "" {
			text = entry.Description
		}
		date := ""
		if entry.PublishedParsed != nil {
			date = entry.PublishedParsed.UTC().Format("2006-01-02T15:04:05Z")
		}
		found.Items = append(found.Items, item{entry.GUID, entry.Link, entry.Title, date, text})
	}
	return found
}

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, name := range os.Args[1:] {
		if err := out.Encode(read(name)); err != nil {
			os.Exit(1)
		}
	}
}
