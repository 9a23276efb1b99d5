// When a picture is left. Streamlit ends not only what it takes off the page: a call that newer data overtook while its
// module was still being fetched is ended as soon as it has been made, and the picture stays on the page.

/**
 * @param {Node} node of the component
 * @param {() => void} leave
 * @returns {() => void} for Streamlit to call; leaves once the node is no longer on the page
 */
export function unmounted(node, leave) {
  return () => {
    if (!node.isConnected) leave();
  };
}
