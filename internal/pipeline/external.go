package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rtbook/internal/book"
	"rtbook/internal/finding"
)

const (
	externalTimeout = 10 * time.Second // of an address, with what it redirects to
	externalAtOnce  = 4
)

// external counts the addresses on other sites that chapters link to and, if
// opt asks for it, fetches each once. What cannot be had is reported at every
// link that leads there. Nothing else in rtbook uses the network, but for the
// go command where it is told to fetch a release.
func (r *Report) external(ctx context.Context, opt Options) error {
	links := make(map[string][]*book.Ref)
	var addresses []string // in the book's order
	for _, ch := range r.Book.Chapters {
		for _, ref := range ch.Refs {
			address := webAddress(ref)
			if address == "" {
				continue
			}
			if links[address] == nil {
				addresses = append(addresses, address)
			}
			links[address] = append(links[address], ref)
		}
	}
	r.External = len(addresses)
	if !opt.External {
		return nil
	}
	faults := make([]error, len(addresses))
	var group errgroup.Group
	group.SetLimit(externalAtOnce)
	for i, address := range addresses {
		group.Go(func() error {
			faults[i] = fetch(ctx, address)
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in faults
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, address := range addresses {
		if faults[i] == nil {
			continue
		}
		for _, ref := range links[address] {
			r.Findings = append(r.Findings, finding.Finding{
				Pos: ref.Pos, Rule: "external-link",
				Message: fmt.Sprintf("%s: %v", clip(address), faults[i]),
				Hint:    "look whether the page has moved; a site that refuses programs may let people in",
			})
		}
	}
	return nil
}

// webAddress returns the address that a link leads to, without a fragment,
// which no server sees; "" if it leads to no web page.
func webAddress(ref *book.Ref) string {
	if ref.Kind != book.RefExternal {
		return ""
	}
	dest := ref.Dest
	if strings.HasPrefix(dest, "//") {
		dest = "https:" + dest
	}
	scheme, _, _ := strings.Cut(dest, ":")
	if !slices.Contains([]string{"http", "https"}, strings.ToLower(scheme)) {
		return ""
	}
	address, _, _ := strings.Cut(dest, "#")
	return address
}

// fetch asks for an address: for its head, and where that is refused for all of
// it, of which nothing is read. Redirects are followed.
func fetch(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, externalTimeout)
	defer cancel()
	err := request(ctx, http.MethodHead, address)
	if err != nil && ctx.Err() == nil {
		err = request(ctx, http.MethodGet, address) // many servers know no HEAD
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %d seconds", externalTimeout/time.Second)
	}
	return err
}

func request(ctx context.Context, method, address string) error {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return cutURL(err)
	}
	req.Header.Set("User-Agent", "rtbook")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return cutURL(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 400 {
		return errors.New("the server answers " + res.Status)
	}
	return nil
}

// cutURL returns an error without the address that it is about.
func cutURL(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}
